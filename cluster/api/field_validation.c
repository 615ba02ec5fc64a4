#include "cluster/api/field_validation.h"

#include <string.h>

#include "cluster/api/custom_resource.h"
#include "cluster/api/custom_schema.h"
#include "cluster/api/version.h"
#include "common/buffer.h"

#define MAXIMUM_TEXT 4096
/* Most faults that are told; of objects with more members none is looked for twice. */
#define FAULTS_MAXIMUM 64
#define MEMBERS_MAXIMUM 1000

/* Where the walk is: a path as text that grows and shrinks, and what was found. */
struct walk {
    struct buffer path;
    cJSON *faults; /* texts */
};

static void check_object(struct walk *walk, const struct schema *schema, const cJSON *object);

static void step_back(struct walk *walk, size_t length)
{
    walk->path.length = length;
    walk->path.data[length] = '\0';
}

static void report(struct walk *walk, const char *what)
{
    if (cJSON_GetArraySize(walk->faults) >= FAULTS_MAXIMUM)
        return;
    AUTO_FREE char *text = memory_format("%s field \"%s\"", what, walk->path.data);
    cJSON_AddItemToArray(walk->faults, cJSON_CreateString(text));
}

/* Whether a member of the same name comes before this one. */
static bool is_repeated(const cJSON *object, const cJSON *member)
{
    const cJSON *other = object->child;
    while (other != member && strcmp(other->string, member->string) != 0)
        other = other->next;
    return other != member;
}

static void check_member(struct walk *walk, const struct schema_field *field, const cJSON *member)
{
    if (field->type == SCHEMA_OBJECT) {
        check_object(walk, field->of, member);
        return;
    }
    if (field->type != SCHEMA_LIST)
        return;
    size_t length = walk->path.length;
    const cJSON *element;
    int index = 0;
    cJSON_ArrayForEach (element, member) {
        buffer_append_format(&walk->path, "[%d]", index++);
        check_object(walk, field->of, element);
        step_back(walk, length);
    }
}

static void check_object(struct walk *walk, const struct schema *schema, const cJSON *object)
{
    const cJSON *member;
    size_t length = walk->path.length;
    if (!cJSON_IsObject(object))
        return;
    bool small = cJSON_GetArraySize(object) <= MEMBERS_MAXIMUM;
    cJSON_ArrayForEach (member, object) {
        bool is_type = length == 0 && (strcmp(member->string, "kind") == 0 || strcmp(member->string, "apiVersion") == 0);
        if (member->string[0] == '$' || is_type || cJSON_IsNull(member)) /* null: a patch removes it */
            continue;
        const struct schema_field *field = schema_find(schema, member->string);
        buffer_append_format(&walk->path, "%s%.100s", length > 0 ? "." : "", member->string);
        if (small && is_repeated(object, member))
            report(walk, "duplicate");
        if (field != NULL)
            check_member(walk, field, member);
        else
            report(walk, "unknown");
        step_back(walk, length);
    }
}

static int refuse(const struct resource *resource, const cJSON *faults, struct status *status)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, MAXIMUM_TEXT);
    const cJSON *fault = NULL;
    cJSON_ArrayForEach (fault, faults)
        buffer_append_format(&text, "%s%s", text.length > 0 ? ", " : "", json_text(fault, ""));
    return status_set(status, 400, "BadRequest", "%s in version \"%s\" cannot be handled as a %s: strict decoding error: %s",
                      resource->kind, resource->version, resource->kind, text.data);
}

int field_validation_check(const struct http_request *request, const struct resource *resource, const cJSON *tree,
                           struct answer *answer, struct status *status)
{
    const char *wanted = http_request_parameter(request, "fieldValidation");
    if (wanted != NULL && strcmp(wanted, "Ignore") == 0)
        return 0;
    AUTO_JSON cJSON *faults = cJSON_CreateArray();
    struct walk walk = {.faults = faults};
    buffer_init(&walk.path, MAXIMUM_TEXT);
    if (resource->custom != NULL)
        custom_schema_find_unknown(resource->custom->schema, tree, faults);
    else
        check_object(&walk, version_schema(resource), tree);
    buffer_release(&walk.path);
    if (faults->child == NULL)
        return 0;
    if (wanted != NULL && strcmp(wanted, "Strict") == 0)
        return refuse(resource, faults, status);
    answer_warn(answer, faults);
    return 0;
}

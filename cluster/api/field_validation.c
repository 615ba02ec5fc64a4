#include "cluster/api/field_validation.h"

#include <string.h>

#include "cluster/api/version.h"
#include "common/buffer.h"

#define MAXIMUM_TEXT 4096

/* Where the walk is: a path as text that grows and shrinks, and what was found. */
struct walk {
    struct buffer path;
    struct buffer found;
};

static void check_object(struct walk *walk, const struct schema *schema, const cJSON *object);

static void step_back(struct walk *walk, size_t length)
{
    walk->path.length = length;
    walk->path.data[length] = '\0';
}

static void report(struct walk *walk)
{
    buffer_append_format(&walk->found, "%sunknown field \"%s\"", walk->found.length > 0 ? ", " : "", walk->path.data);
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
    cJSON_ArrayForEach (member, object) {
        bool is_type = length == 0 && (strcmp(member->string, "kind") == 0 || strcmp(member->string, "apiVersion") == 0);
        if (member->string[0] == '$' || is_type || cJSON_IsNull(member)) /* null: a patch removes it */
            continue;
        const struct schema_field *field = schema_find(schema, member->string);
        buffer_append_format(&walk->path, "%s%.100s", length > 0 ? "." : "", member->string);
        if (field != NULL)
            check_member(walk, field, member);
        else
            report(walk);
        step_back(walk, length);
    }
}

int field_validation_check(const struct http_request *request, const struct resource *resource, const cJSON *tree,
                           struct status *status)
{
    const char *wanted = http_request_parameter(request, "fieldValidation");
    if (wanted == NULL || strcmp(wanted, "Strict") != 0)
        return 0;
    struct walk walk;
    int outcome = 0;
    buffer_init(&walk.path, MAXIMUM_TEXT);
    buffer_init(&walk.found, MAXIMUM_TEXT);
    check_object(&walk, version_schema(resource), tree);
    if (walk.found.length > 0 || walk.found.overflowed)
        outcome =
            status_set(status, 400, "BadRequest", "%s in version \"%s\" cannot be handled as a %s: strict decoding error: %s",
                       resource->kind, resource->version, resource->kind, walk.found.data);
    buffer_release(&walk.path);
    buffer_release(&walk.found);
    return outcome;
}

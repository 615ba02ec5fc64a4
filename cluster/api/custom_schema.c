#include "cluster/api/custom_schema.h"

#include <string.h>

static const cJSON *schema_member(const cJSON *schema, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(schema, name);
}

static bool keeps_unknown(const cJSON *schema)
{
    return json_boolean(schema_member(schema, "x-kubernetes-preserve-unknown-fields"), false) ||
           cJSON_IsTrue(schema_member(schema, "additionalProperties"));
}

/* What every object has, whether the schema tells of it or not. */
static bool is_envelope(const char *name)
{
    return strcmp(name, "apiVersion") == 0 || strcmp(name, "kind") == 0 || strcmp(name, "metadata") == 0;
}

static bool has_envelope(const cJSON *schema, bool root)
{
    return root || json_boolean(schema_member(schema, "x-kubernetes-embedded-resource"), false);
}

/* The schema of a member: of its property, or of all others; NULL when neither is told. */
static const cJSON *schema_of_member(const cJSON *schema, const char *name)
{
    const cJSON *property = cJSON_GetObjectItemCaseSensitive(schema_member(schema, "properties"), name);
    const cJSON *others = schema_member(schema, "additionalProperties");
    if (property != NULL)
        return property;
    return cJSON_IsObject(others) ? others : NULL;
}

/* ---- pruning ---- */

/* One walk for both: `found` NULL drops unknown members, else they are listed. path: where the walk is. */
struct prune {
    struct buffer *path;
    cJSON *found;
};

#define FOUND_MAXIMUM 64

static void prune_value(struct prune *prune, const cJSON *schema, cJSON *value, bool root);

static void step_back(struct prune *prune, size_t length)
{
    if (prune->path == NULL)
        return;
    prune->path->length = length;
    prune->path->data[length] = '\0';
}

static void report(struct prune *prune)
{
    if (cJSON_GetArraySize(prune->found) >= FOUND_MAXIMUM)
        return;
    AUTO_FREE char *text = memory_format("unknown field \"%s\"", prune->path->data);
    cJSON_AddItemToArray(prune->found, cJSON_CreateString(text));
}

static void prune_object(struct prune *prune, const cJSON *schema, cJSON *object, bool root)
{
    bool keeps = keeps_unknown(schema);
    bool envelope = has_envelope(schema, root);
    size_t length = prune->path != NULL ? prune->path->length : 0;
    for (cJSON *member = object->child; member != NULL;) {
        cJSON *next = member->next;
        const cJSON *inner = schema_of_member(schema, member->string);
        bool passed = envelope && is_envelope(member->string);
        if (prune->path != NULL)
            buffer_append_format(prune->path, "%s%.100s", length > 0 ? "." : "", member->string);
        if (inner != NULL && !passed)
            prune_value(prune, inner, member, false);
        else if (!keeps && !passed && prune->found != NULL)
            report(prune);
        else if (!keeps && !passed)
            cJSON_Delete(cJSON_DetachItemViaPointer(object, member));
        step_back(prune, length);
        member = next;
    }
}

static void prune_value(struct prune *prune, const cJSON *schema, cJSON *value, bool root)
{
    const cJSON *items = schema_member(schema, "items");
    size_t length = prune->path != NULL ? prune->path->length : 0;
    if (cJSON_IsObject(value)) {
        prune_object(prune, schema, value, root);
        return;
    }
    if (!cJSON_IsArray(value) || items == NULL)
        return;
    int index = 0;
    for (cJSON *element = value->child; element != NULL; element = element->next) {
        if (prune->path != NULL)
            buffer_append_format(prune->path, "[%d]", index++);
        prune_value(prune, items, element, false);
        step_back(prune, length);
    }
}

void custom_schema_prune(const cJSON *schema, cJSON *object)
{
    struct prune prune = {0};
    if (cJSON_IsObject(schema))
        prune_value(&prune, schema, object, true);
}

void custom_schema_find_unknown(const cJSON *schema, const cJSON *object, cJSON *faults)
{
    AUTO_BUFFER struct buffer path;
    buffer_init(&path, 64 * 1024);
    buffer_append_text(&path, "");
    AUTO_JSON cJSON *copy = json_copy(object);
    struct prune prune = {.path = &path, .found = faults};
    if (cJSON_IsObject(schema))
        prune_value(&prune, schema, copy, true);
}

/* ---- defaults ---- */

static void default_value(const cJSON *schema, cJSON *value, bool root);

static void default_object(const cJSON *schema, cJSON *object, bool root)
{
    bool envelope = has_envelope(schema, root);
    const cJSON *property = NULL;
    cJSON_ArrayForEach (property, schema_member(schema, "properties")) {
        if (property->string == NULL)
            continue;
        const cJSON *fallback = schema_member(property, "default");
        const cJSON *present = cJSON_GetObjectItemCaseSensitive(object, property->string);
        bool replaces_null = cJSON_IsNull(present) && !json_boolean(schema_member(property, "nullable"), false);
        if (fallback != NULL && (present == NULL || replaces_null) && !(envelope && is_envelope(property->string)))
            json_set(object, property->string, json_copy(fallback));
    }
    cJSON *member = NULL;
    cJSON_ArrayForEach (member, object) {
        const cJSON *inner = schema_of_member(schema, member->string);
        if (inner != NULL && !(envelope && is_envelope(member->string)))
            default_value(inner, member, false);
    }
}

static void default_value(const cJSON *schema, cJSON *value, bool root)
{
    const cJSON *items = schema_member(schema, "items");
    if (cJSON_IsObject(value)) {
        default_object(schema, value, root);
    } else if (cJSON_IsArray(value) && items != NULL) {
        cJSON *element = NULL;
        cJSON_ArrayForEach (element, value)
            default_value(items, element, false);
    }
}

void custom_schema_default(const cJSON *schema, cJSON *object)
{
    if (cJSON_IsObject(schema))
        default_value(schema, object, true);
}

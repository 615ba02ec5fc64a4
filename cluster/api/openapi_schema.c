#include <string.h>

#include "cluster/api/custom_resource.h"
#include "cluster/api/openapi_document.h"
#include "cluster/api/version.h"
#include "common/memory.h"

#define META_PACKAGE "io.k8s.apimachinery.pkg.apis.meta.v1"
#define QUANTITY "io.k8s.apimachinery.pkg.api.resource.Quantity"
#define INT_OR_TEXT "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
#define TIME META_PACKAGE ".Time"
#define MICRO_TIME META_PACKAGE ".MicroTime"
#define DEPTH_MAXIMUM 40

/* What one walk over the shapes has at hand. */
struct walk {
    enum openapi_version version;
    const char *package; /* of the resource that the walk started from */
    cJSON *definitions;
};

static bool is_one_of(const char *text, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, texts[i]) == 0)
            return true;
    }
    return false;
}

/* ---- names ---- */

static char *package_of(const struct resource *resource)
{
    if (resource->custom == NULL && strcmp(resource->group, "apiextensions.k8s.io") == 0)
        return memory_format("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.%s", resource->version);
    if (resource->custom == NULL && resource->group[0] == '\0')
        return memory_format("io.k8s.api.core.%s", resource->version);
    if (resource->custom == NULL)
        return memory_format("io.k8s.api.%.*s.%s", (int)strcspn(resource->group, "."), resource->group, resource->version);
    /* The labels of the group in the reverse order. */
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, 1024);
    const char *end = resource->group + strlen(resource->group);
    while (end > resource->group) {
        const char *start = end;
        while (start > resource->group && start[-1] != '.')
            start--;
        buffer_append(&text, start, (size_t)(end - start));
        buffer_append_character(&text, '.');
        end = start > resource->group ? start - 1 : start;
    }
    buffer_append_text(&text, resource->version);
    return buffer_steal(&text);
}

/* Shapes that several groups share belong to one of them. */
static char *definition_name(const struct walk *walk, const struct schema *schema)
{
    static const char *const meta[] = {"ObjectMeta", "OwnerReference", "ManagedFieldsEntry", "LabelSelector",
                                       "LabelSelectorRequirement"};
    if (is_one_of(schema->type_name, meta, sizeof meta / sizeof meta[0]))
        return memory_format(META_PACKAGE ".%s", schema->type_name);
    const char *package = walk->package;
    bool of_pods = strncmp(schema->type_name, "Pod", 3) == 0 || strncmp(schema->type_name, "Container", 9) == 0;
    if (of_pods && strncmp(package, "io.k8s.api.autoscaling", 22) != 0)
        package = "io.k8s.api.core.v1";
    return memory_format("%s.%s", package, schema->type_name);
}

static cJSON *reference_to(const struct walk *walk, const char *name)
{
    cJSON *reference = cJSON_CreateObject();
    AUTO_FREE char *text = memory_format("%s%s", walk->version == OPENAPI_V2 ? "#/definitions/" : "#/components/schemas/", name);
    json_set_text(reference, "$ref", text);
    if (walk->version == OPENAPI_V2)
        return reference;
    /* In version 3 nothing may stand beside a reference. */
    cJSON *wrapped = cJSON_CreateObject();
    cJSON_AddItemToArray(json_array_at(wrapped, "allOf"), reference);
    return wrapped;
}

/* ---- values ---- */

static cJSON *of_type(const char *type, const char *format)
{
    cJSON *schema = cJSON_CreateObject();
    json_set_text(schema, "type", type);
    if (format != NULL)
        json_set_text(schema, "format", format);
    return schema;
}

static cJSON *anything(void)
{
    cJSON *schema = cJSON_CreateObject();
    json_set_boolean(schema, "x-kubernetes-preserve-unknown-fields", true);
    return schema;
}

/* A scalar with a definition of its own, added when it is used first. */
static cJSON *named_scalar(const struct walk *walk, const char *name, const char *format)
{
    if (cJSON_GetObjectItemCaseSensitive(walk->definitions, name) == NULL) {
        cJSON *schema = of_type("string", format);
        const char *description = openapi_description(strrchr(name, '.') + 1, NULL);
        if (description != NULL)
            json_set_text(schema, "description", description);
        json_set(walk->definitions, name, schema);
    }
    return reference_to(walk, name);
}

static cJSON *map_of(cJSON *values_take)
{
    cJSON *map = of_type("object", NULL);
    json_set(map, "additionalProperties", values_take);
    return map;
}

static cJSON *list_of(const struct schema_field *field, cJSON *items_take)
{
    cJSON *list = of_type("array", NULL);
    bool texts = field->type == SCHEMA_TEXT_LIST;
    json_set(list, "items", items_take);
    json_set_text(list, "x-kubernetes-list-type", field->merge_key == NULL ? "atomic" : texts ? "set" : "map");
    if (field->merge_key == NULL)
        return list;
    json_set_text(list, "x-kubernetes-patch-strategy", "merge");
    if (texts)
        return list;
    cJSON *keys = json_array_at(list, "x-kubernetes-list-map-keys");
    cJSON_AddItemToArray(keys, cJSON_CreateString(field->merge_key));
    if (field->second_key != NULL)
        cJSON_AddItemToArray(keys, cJSON_CreateString(field->second_key));
    json_set_text(list, "x-kubernetes-patch-merge-key", field->merge_key);
    return list;
}

static char *add_shape(const struct walk *walk, const struct schema *schema, int depth);

static cJSON *reference_to_shape(const struct walk *walk, const struct schema *schema, int depth)
{
    AUTO_FREE char *name = add_shape(walk, schema, depth + 1);
    return reference_to(walk, name);
}

static cJSON *value_of(const struct walk *walk, const struct schema_field *field, int depth)
{
    switch (field->type) {
    case SCHEMA_TEXT:
        return of_type("string", NULL);
    case SCHEMA_INT32:
        return of_type("integer", "int32");
    case SCHEMA_INT64:
        return of_type("integer", "int64");
    case SCHEMA_BOOLEAN:
        return of_type("boolean", NULL);
    case SCHEMA_QUANTITY:
        return named_scalar(walk, QUANTITY, NULL);
    case SCHEMA_INT_OR_TEXT:
        return named_scalar(walk, INT_OR_TEXT, "int-or-string");
    case SCHEMA_TIME:
        return named_scalar(walk, TIME, "date-time");
    case SCHEMA_MICRO_TIME:
        return named_scalar(walk, MICRO_TIME, "date-time");
    case SCHEMA_OBJECT:
        return reference_to_shape(walk, field->of, depth);
    case SCHEMA_LIST:
    case SCHEMA_MANAGED_FIELDS:
        return list_of(field, reference_to_shape(walk, field->of, depth));
    case SCHEMA_TEXT_LIST:
        return list_of(field, of_type("string", NULL));
    case SCHEMA_TEXT_MAP:
        return map_of(of_type("string", NULL));
    case SCHEMA_BYTES_MAP:
        return map_of(of_type("string", "byte"));
    case SCHEMA_QUANTITY_MAP:
        return map_of(named_scalar(walk, QUANTITY, NULL));
    default:
        return anything();
    }
}

/* ---- shapes ---- */

/* A member that Go always writes and that has no zero value of use must be given; what only the cluster writes is not. */
static bool is_required(const struct schema *schema, const struct schema_field *field)
{
    static const char *const written[] = {"Event", "EventSeries", "Secret", "ServicePort"};
    size_t length = strlen(schema->type_name);
    bool status = length > 6 && strcmp(schema->type_name + length - 6, "Status") == 0;
    bool scalar = field->type == SCHEMA_TEXT || field->type == SCHEMA_INT32 || field->type == SCHEMA_BOOLEAN;
    return field->presence == SCHEMA_ALWAYS && scalar && !status &&
           !is_one_of(schema->type_name, written, sizeof written / sizeof written[0]);
}

static void describe(cJSON *schema, const char *type_name, const char *member)
{
    const char *text = openapi_description(type_name, member);
    if (text != NULL)
        json_set_text(schema, "description", text);
}

/* Returns the definition's name; the caller frees it. */
static char *add_shape(const struct walk *walk, const struct schema *schema, int depth)
{
    char *name = definition_name(walk, schema);
    if (depth > DEPTH_MAXIMUM || cJSON_GetObjectItemCaseSensitive(walk->definitions, name) != NULL)
        return name;
    cJSON *definition = of_type("object", NULL);
    describe(definition, schema->type_name, NULL);
    json_set(walk->definitions, name, definition); /* before its members: a shape may hold itself */
    cJSON *properties = json_object_at(definition, "properties");
    for (const struct schema_field *field = schema->fields; field->type != SCHEMA_END; field++) {
        if (field->type == SCHEMA_OTHERS)
            continue;
        cJSON *property = value_of(walk, field, depth);
        describe(property, schema->type_name, field->name);
        json_set(properties, field->name, property);
        if (is_required(schema, field))
            cJSON_AddItemToArray(json_array_at(definition, "required"), cJSON_CreateString(field->name));
    }
    return name;
}

/* The members that every object has, and which kind it is. */
static void add_envelope(cJSON *definition, const struct resource *resource)
{
    static const char *const members[] = {"apiVersion", "kind"};
    cJSON *properties = json_object_at(definition, "properties");
    for (size_t i = 0; i < 2; i++) {
        cJSON *text = of_type("string", NULL);
        describe(text, "TypeMeta", members[i]);
        json_set(properties, members[i], text);
    }
    cJSON *kinds = cJSON_CreateArray();
    cJSON_AddItemToArray(kinds, openapi_kind(resource));
    json_set(definition, "x-kubernetes-group-version-kind", kinds);
}

static void add_custom(const struct walk *walk, const struct resource *resource)
{
    AUTO_FREE char *name = memory_format("%s.%s", walk->package, resource->kind);
    cJSON *definition = json_copy(resource->custom->schema);
    add_envelope(definition, resource);
    const struct schema_field metadata = {.name = "metadata", .type = SCHEMA_OBJECT, .of = schema_custom.fields[0].of};
    json_set(json_object_at(definition, "properties"), metadata.name, value_of(walk, &metadata, 0));
    json_set(walk->definitions, name, definition);
}

void openapi_add_definitions(enum openapi_version version, const struct resource *resource, cJSON *definitions)
{
    AUTO_FREE char *package = package_of(resource);
    const struct walk walk = {.version = version, .package = package, .definitions = definitions};
    if (resource->custom != NULL) {
        add_custom(&walk, resource);
        return;
    }
    AUTO_FREE char *name = add_shape(&walk, version_schema(resource), 0);
    cJSON *definition = cJSON_GetObjectItemCaseSensitive(definitions, name);
    if (definition != NULL)
        add_envelope(definition, resource);
}

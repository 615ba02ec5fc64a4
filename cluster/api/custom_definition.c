/* CustomResourceDefinitions (apiextensions.k8s.io/v1) as objects: their shape, defaults, rules and table. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cluster/api/custom_resource.h"
#include "cluster/api/custom_schema.h"
#include "cluster/api/kind.h"
#include "cluster/api/names.h"
#include "cluster/api/schema_tables.h"
#include "cluster/api/table_cell.h"
#include "common/clock.h"

#define VERSIONS_MAXIMUM 16
#define API_VERSION_MAXIMUM 62 /* group and version together; resource_api_version's */

/* ---- shape ---- */

static const struct schema_field names_fields[] = {
    F_TEXT_ALWAYS("plural"),
    F_TEXT("singular"),
    F_TEXTS("shortNames"),
    F_TEXT_ALWAYS("kind"),
    F_TEXT("listKind"),
    F_TEXTS("categories"),
    F_END,
};
static const struct schema names_shape = {.type_name = "CustomResourceDefinitionNames", .fields = names_fields};
static const struct schema_field column_fields[] = {
    F_TEXT_ALWAYS("name"),
    F_TEXT_ALWAYS("type"),
    F_TEXT("format"),
    F_TEXT("description"),
    F_INT32("priority"),
    F_TEXT_ALWAYS("jsonPath"),
    F_END,
};
static const struct schema column_shape = {.type_name = "CustomResourceColumnDefinition", .fields = column_fields};
static const struct schema_field validation_fields[] = {F_ANY("openAPIV3Schema"), F_END};
static const struct schema validation_shape = {.type_name = "CustomResourceValidation", .fields = validation_fields};
static const struct schema_field scale_fields[] = {
    F_TEXT_ALWAYS("specReplicasPath"),
    F_TEXT_ALWAYS("statusReplicasPath"),
    F_TEXT_SET("labelSelectorPath"),
    F_END,
};
static const struct schema scale_shape = {.type_name = "CustomResourceSubresourceScale", .fields = scale_fields};
static const struct schema_field subresources_fields[] = {F_ANY("status"), F_OBJECT("scale", &scale_shape), F_END};
static const struct schema subresources_shape = {.type_name = "CustomResourceSubresources", .fields = subresources_fields};
static const struct schema_field version_fields[] = {
    F_TEXT_ALWAYS("name"),
    F_BOOLEAN_ALWAYS("served"),
    F_BOOLEAN_ALWAYS("storage"),
    F_BOOLEAN("deprecated"),
    F_TEXT_SET("deprecationWarning"),
    F_OBJECT("schema", &validation_shape),
    F_OBJECT("subresources", &subresources_shape),
    F_LIST("additionalPrinterColumns", &column_shape, NULL),
    F_ANY("selectableFields"),
    F_END,
};
static const struct schema version_shape = {.type_name = "CustomResourceDefinitionVersion", .fields = version_fields};
static const struct schema_field conversion_fields[] = {F_TEXT_ALWAYS("strategy"), F_ANY("webhook"), F_END};
static const struct schema conversion_shape = {.type_name = "CustomResourceConversion", .fields = conversion_fields};
static const struct schema_field spec_fields[] = {
    F_TEXT_ALWAYS("group"),
    F_OBJECT_ALWAYS("names", &names_shape),
    F_TEXT_ALWAYS("scope"),
    F_LIST_ALWAYS("versions", &version_shape, NULL),
    F_OBJECT("conversion", &conversion_shape),
    F_BOOLEAN("preserveUnknownFields"),
    F_END,
};
static const struct schema spec_shape = {.type_name = "CustomResourceDefinitionSpec", .fields = spec_fields};
static const struct schema_field status_fields[] = {
    F_LIST_ALWAYS("conditions", &schema_condition, "type"),
    F_OBJECT_ALWAYS("acceptedNames", &names_shape),
    {.name = "storedVersions", .type = SCHEMA_TEXT_LIST, .presence = SCHEMA_ALWAYS},
    F_END,
};
static const struct schema status_shape = {.type_name = "CustomResourceDefinitionStatus", .fields = status_fields};
static const struct schema_field definition_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &spec_shape),
    F_OBJECT_ALWAYS("status", &status_shape),
    F_END,
};
const struct schema schema_custom_resource_definition = {.type_name = "CustomResourceDefinition", .fields = definition_fields};

/* Of the custom objects themselves: what all have in common; the rest is their definition's. */
static const struct schema_field custom_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta), {.name = "", .type = SCHEMA_OTHERS}, F_END};
const struct schema schema_custom = {.type_name = "CustomResource", .fields = custom_fields};

/* ---- defaults ---- */

void custom_definition_set_defaults(cJSON *definition)
{
    cJSON *spec = json_object_at(definition, "spec");
    cJSON *names = json_object_at(spec, "names");
    AUTO_FREE char *kind = memory_copy_text(json_text(json_get(names, "kind"), ""));
    if (json_get(names, "listKind") == NULL && kind[0] != '\0') {
        AUTO_FREE char *list = memory_format("%sList", kind);
        json_set_text(names, "listKind", list);
    }
    for (char *character = kind; *character != '\0'; character++)
        *character = (char)tolower((unsigned char)*character);
    if (json_get(names, "singular") == NULL && kind[0] != '\0')
        json_set_text(names, "singular", kind);
    if (json_get(spec, "conversion") == NULL)
        json_set_text(json_object_at(spec, "conversion"), "strategy", "None");
}

static void add_condition(cJSON *conditions, const char *type, const char *reason, const char *message)
{
    char now[CLOCK_TEXT_SIZE];
    cJSON *condition = cJSON_CreateObject();
    json_set_text(condition, "type", type);
    json_set_text(condition, "status", "True");
    json_set_text(condition, "lastTransitionTime", clock_format_seconds(clock_wall(), now));
    json_set_text(condition, "reason", reason);
    json_set_text(condition, "message", message);
    cJSON_AddItemToArray(conditions, condition);
}

/* It is served from the moment it is stored, so its conditions say so at once. */
void custom_definition_prepare_create(cJSON *definition)
{
    cJSON *status = cJSON_CreateObject();
    cJSON *conditions = json_array_at(status, "conditions");
    add_condition(conditions, "NamesAccepted", "NoConflicts", "no conflicts found");
    add_condition(conditions, "Established", "InitialNamesAccepted", "the initial names have been accepted");
    json_set(status, "acceptedNames", json_copy(json_get(definition, "spec", "names")));
    cJSON *stored = json_array_at(status, "storedVersions");
    const cJSON *version = NULL;
    cJSON_ArrayForEach (version, json_get(definition, "spec", "versions")) {
        if (json_boolean(json_get(version, "storage"), false))
            cJSON_AddItemToArray(stored, json_copy(json_get(version, "name")));
    }
    json_set(definition, "status", status);
}

/* ---- rules ---- */

static void judge_name(const cJSON *names, const char *member, const char *(*problem)(const char *),
                       const struct field_path *path, struct problems *problems)
{
    const struct field_path *here = PATH_CHILD(path, member);
    const char *text = json_text(cJSON_GetObjectItemCaseSensitive(names, member), "");
    AUTO_FREE char *lower = memory_copy_text(text);
    for (char *character = lower; *character != '\0'; character++)
        *character = (char)tolower((unsigned char)*character);
    if (text[0] == '\0')
        problem_required(problems, here, "");
    else if (problem(lower) != NULL)
        problem_invalid_text(problems, here, text, "%s", problem(lower));
}

static void judge_schema(const cJSON *version, const struct field_path *path, struct problems *problems)
{
    const struct field_path *here = PATH_CHILD(PATH_CHILD(path, "schema"), "openAPIV3Schema");
    const cJSON *schema = json_get(version, "schema", "openAPIV3Schema");
    if (!cJSON_IsObject(schema))
        problem_required(problems, here, "schemas are required");
    else if (json_text(json_get(schema, "type"), "")[0] == '\0')
        problem_required(problems, PATH_CHILD(here, "type"), "must not be empty at the root");
    else if (strcmp(json_text(json_get(schema, "type"), ""), "object") != 0)
        problem_invalid(problems, PATH_CHILD(here, "type"), json_get(schema, "type"), "must be object at the root");
}

static void judge_columns(const cJSON *version, const struct field_path *path, struct problems *problems)
{
    static const char *const types[] = {"boolean", "date", "integer", "number", "string", NULL};
    const cJSON *column = NULL;
    int index = 0;
    cJSON_ArrayForEach (column, json_get(version, "additionalPrinterColumns")) {
        const struct field_path *here = PATH_INDEX(PATH_CHILD(path, "additionalPrinterColumns"), index++);
        const char *type = json_text(json_get(column, "type"), "");
        const char *json_path = json_text(json_get(column, "jsonPath"), "");
        size_t known = 0;
        while (types[known] != NULL && strcmp(types[known], type) != 0)
            known++;
        if (json_text(json_get(column, "name"), "")[0] == '\0')
            problem_required(problems, PATH_CHILD(here, "name"), "");
        if (type[0] == '\0')
            problem_required(problems, PATH_CHILD(here, "type"), "");
        else if (types[known] == NULL)
            problem_not_supported(problems, PATH_CHILD(here, "type"), type, types);
        if (json_path[0] == '\0')
            problem_required(problems, PATH_CHILD(here, "jsonPath"), "");
        else if (json_path[0] != '.')
            problem_invalid_text(problems, PATH_CHILD(here, "jsonPath"), json_path, "must be a simple json path starting with .");
    }
}

static void judge_scale(const cJSON *version, const struct field_path *path, struct problems *problems)
{
    static const char *const members[][2] = {{"specReplicasPath", ".spec."}, {"statusReplicasPath", ".status."}};
    const struct field_path *here = PATH_CHILD(PATH_CHILD(path, "subresources"), "scale");
    const cJSON *scale = json_get(version, "subresources", "scale");
    for (size_t i = 0; scale != NULL && i < 2; i++) {
        const char *text = json_text(cJSON_GetObjectItemCaseSensitive(scale, members[i][0]), "");
        if (text[0] == '\0')
            problem_required(problems, PATH_CHILD(here, members[i][0]), "");
        else if (strncmp(text, members[i][1], strlen(members[i][1])) != 0)
            problem_invalid_text(problems, PATH_CHILD(here, members[i][0]), text, "should be a json path under %.*s",
                                 (int)strlen(members[i][1]) - 1, members[i][1]);
    }
}

static void judge_version(const cJSON *spec, const cJSON *version, const struct field_path *path, struct problems *problems)
{
    const char *name = json_text(json_get(version, "name"), "");
    const char *group = json_text(json_get(spec, "group"), "");
    const char *wrong = name_label_problem(name);
    if (wrong != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "name"), name, "%s", wrong);
    else if (strlen(group) + 1 + strlen(name) > API_VERSION_MAXIMUM)
        problem_invalid_text(problems, PATH_CHILD(path, "name"), name,
                             "this cluster takes at most %d characters of group and version together", API_VERSION_MAXIMUM);
    judge_schema(version, path, problems);
    judge_columns(version, path, problems);
    judge_scale(version, path, problems);
}

static void judge_versions(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    const struct field_path *here = PATH_CHILD(path, "versions");
    const cJSON *versions = json_get(spec, "versions");
    const cJSON *version = NULL;
    int index = 0;
    int stored = 0;
    if (cJSON_GetArraySize(versions) > VERSIONS_MAXIMUM) {
        problem_too_many(problems, here, cJSON_GetArraySize(versions), VERSIONS_MAXIMUM);
        return;
    }
    cJSON_ArrayForEach (version, versions) {
        const char *name = json_text(json_get(version, "name"), "");
        const cJSON *other = NULL;
        for (other = version->next; other != NULL; other = other->next) {
            if (strcmp(json_text(json_get(other, "name"), ""), name) == 0)
                problem_invalid(problems, here, NULL, "must contain unique version names");
        }
        stored += json_boolean(json_get(version, "storage"), false);
        judge_version(spec, version, PATH_INDEX(here, index++), problems);
    }
    if (stored != 1)
        problem_invalid(problems, here, NULL, "must have exactly one version marked as storage version");
}

static void judge_group(const cJSON *definition, const struct field_path *path, struct problems *problems)
{
    static const char approval[] = "api-approved.kubernetes.io";
    const char *group = json_text(json_get(definition, "spec", "group"), "");
    const char *dot = strchr(group, '.');
    size_t length = strlen(group);
    const char *wrong = name_subdomain_problem(group);
    if (group[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "group"), "");
    else if (wrong != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "group"), group, "%s", wrong);
    else if (dot == NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "group"), group, "should be a domain with at least one dot");
    bool protected = (length >= 7 && strcmp(group + length - 7, ".k8s.io") == 0) ||
                     (length >= 14 && strcmp(group + length - 14, ".kubernetes.io") == 0);
    if (protected && cJSON_GetObjectItemCaseSensitive(json_get(definition, "metadata", "annotations"), approval) == NULL)
        problem_required(problems, PATH_KEY(PATH_CHILD(PATH_ROOT("metadata"), "annotations"), approval),
                         "protected groups must have approval annotation \"api-approved.kubernetes.io\", see "
                         "https://github.com/kubernetes/enhancements/pull/1111");
}

static void judge_size(const cJSON *definition, struct problems *problems)
{
    const char *refusal = custom_resources_refusal(definition);
    const cJSON *names = json_get(definition, "spec", "names");
    const struct field_path *path = PATH_CHILD(PATH_ROOT("spec"), "names");
    int most_short = (int)(sizeof((struct resource *)0)->short_names / sizeof(char *));
    int most_categories = (int)(sizeof((struct resource *)0)->categories / sizeof(char *));
    if (refusal != NULL)
        problem_forbidden(problems, PATH_ROOT("spec"), "%s", refusal);
    if (cJSON_GetArraySize(json_get(names, "shortNames")) > most_short)
        problem_too_many(problems, PATH_CHILD(path, "shortNames"), cJSON_GetArraySize(json_get(names, "shortNames")), most_short);
    if (cJSON_GetArraySize(json_get(names, "categories")) > most_categories)
        problem_too_many(problems, PATH_CHILD(path, "categories"), cJSON_GetArraySize(json_get(names, "categories")),
                         most_categories);
}

void custom_definition_validate(const cJSON *definition, struct problems *problems)
{
    static const char *const scopes[] = {"Cluster", "Namespaced", NULL};
    static const char *const strategies[] = {"None", NULL};
    const struct field_path *path = PATH_ROOT("spec");
    const cJSON *spec = json_get(definition, "spec");
    const cJSON *names = json_get(spec, "names");
    const char *name = json_text(json_get(definition, "metadata", "name"), "");
    const char *scope = json_text(json_get(spec, "scope"), "");
    const char *strategy = json_text(json_get(spec, "conversion", "strategy"), "");
    AUTO_FREE char *wanted =
        memory_format("%s.%s", json_text(json_get(names, "plural"), ""), json_text(json_get(spec, "group"), ""));
    if (strcmp(wanted, name) != 0)
        problem_invalid_text(problems, PATH_CHILD(PATH_ROOT("metadata"), "name"), name,
                             "must be spec.names.plural+\".\"+spec.group");
    judge_group(definition, path, problems);
    if (scope[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "scope"), "");
    else if (strcmp(scope, scopes[0]) != 0 && strcmp(scope, scopes[1]) != 0)
        problem_not_supported(problems, PATH_CHILD(path, "scope"), scope, scopes);
    judge_versions(spec, path, problems);
    judge_name(names, "plural", name_service_problem, PATH_CHILD(path, "names"), problems);
    judge_name(names, "singular", name_service_problem, PATH_CHILD(path, "names"), problems);
    judge_name(names, "kind", name_service_problem, PATH_CHILD(path, "names"), problems);
    judge_name(names, "listKind", name_service_problem, PATH_CHILD(path, "names"), problems);
    if (strcmp(strategy, strategies[0]) != 0)
        problem_not_supported(problems, PATH_CHILD(PATH_CHILD(path, "conversion"), "strategy"), strategy, strategies);
    judge_size(definition, problems);
}

void custom_definition_validate_update(const cJSON *definition, const cJSON *old, struct problems *problems)
{
    static const char *const kept[] = {"group", "scope"};
    const struct field_path *path = PATH_ROOT("spec");
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(json_get(definition, "spec"), kept[i]);
        if (!json_equal(value, cJSON_GetObjectItemCaseSensitive(json_get(old, "spec"), kept[i])))
            problem_invalid(problems, PATH_CHILD(path, kept[i]), value, "field is immutable");
    }
    const struct field_path *kind_path = PATH_CHILD(PATH_CHILD(path, "names"), "kind");
    if (!json_equal(json_get(definition, "spec", "names", "kind"), json_get(old, "spec", "names", "kind")))
        problem_invalid(problems, kind_path, json_get(definition, "spec", "names", "kind"), "field is immutable");
}

/* ---- table ---- */

static const struct table_column columns[] = {
    COLUMN_NAME,
    {"Created At", "date", "", "When the definition was made.", 0},
};

static void add_cells(const cJSON *definition, int64_t now, cJSON *cells)
{
    (void)now;
    cell_name(cells, definition);
    cell_text(cells, json_text(json_get(definition, "metadata", "creationTimestamp"), ""));
}

const struct table_format table_of_custom_definitions = {
    .columns = columns, .count = sizeof columns / sizeof columns[0], .add_cells = add_cells};

/* ---- custom objects ---- */

void custom_set_defaults(cJSON *object)
{
    const struct custom_version *version = custom_version_of(object);
    if (version == NULL)
        return;
    custom_schema_default(version->schema, object);
    custom_schema_prune(version->schema, object); /* defaults may have unknown members too */
}

void custom_prepare_create(cJSON *object)
{
    const struct custom_version *version = custom_version_of(object);
    if (version != NULL && version->resource.has_status)
        json_remove(object, "status");
}

void custom_validate(const cJSON *object, struct problems *problems)
{
    const struct custom_version *version = custom_version_of(object);
    if (version != NULL)
        custom_schema_validate(version->schema, object, problems);
}

bool custom_raises_generation(const cJSON *object, const cJSON *old)
{
    const struct custom_version *version = custom_version_of(object);
    AUTO_JSON cJSON *left = json_copy(object);
    AUTO_JSON cJSON *right = json_copy(old);
    json_remove(left, "metadata");
    json_remove(right, "metadata");
    if (version != NULL && version->resource.has_status) {
        json_remove(left, "status");
        json_remove(right, "status");
    }
    return !json_equal(left, right);
}

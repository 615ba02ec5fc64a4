/* PriorityClasses (scheduling.k8s.io/v1). */
#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/schema_tables.h"
#include "cluster/api/table_cell.h"

#define USER_MAXIMUM 1000000000 /* above it, the system's own */
#define SYSTEM_PREFIX "system-"

static const struct schema_field priority_class_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_INT32_ALWAYS("value"),
    F_BOOLEAN("globalDefault"),
    F_TEXT("description"),
    F_TEXT_SET("preemptionPolicy"),
    F_END,
};
const struct schema schema_priority_class = {"PriorityClass", priority_class_fields};

void priority_class_set_defaults(cJSON *priority_class)
{
    if (json_get(priority_class, "preemptionPolicy") == NULL)
        json_set_text(priority_class, "preemptionPolicy", "PreemptLowerPriority");
}

/* The classes that every cluster has, with the values that they must have. */
static bool is_system_class(const cJSON *priority_class)
{
    const char *name = json_text(json_get(priority_class, "metadata", "name"), "");
    int64_t value = json_integer(json_get(priority_class, "value"), 0);
    return (strcmp(name, "system-cluster-critical") == 0 && value == 2000000000) ||
           (strcmp(name, "system-node-critical") == 0 && value == 2000001000);
}

void priority_class_validate(const cJSON *priority_class, struct problems *problems)
{
    static const char *const policies[] = {"Never", "PreemptLowerPriority", NULL};
    const char *name = json_text(json_get(priority_class, "metadata", "name"), "");
    const char *policy = json_text(json_get(priority_class, "preemptionPolicy"), "");
    if (strncmp(name, SYSTEM_PREFIX, sizeof SYSTEM_PREFIX - 1) == 0 && !is_system_class(priority_class))
        problem_forbidden(problems, PATH_CHILD(PATH_ROOT("metadata"), "name"),
                          "priority class names with '" SYSTEM_PREFIX "' prefix are reserved for system use only");
    else if (json_integer(json_get(priority_class, "value"), 0) > USER_MAXIMUM && !is_system_class(priority_class))
        problem_forbidden(problems, PATH_ROOT("value"), "maximum allowed value of a user defined priority is %d", USER_MAXIMUM);
    if (strcmp(policy, policies[0]) != 0 && strcmp(policy, policies[1]) != 0)
        problem_not_supported(problems, PATH_ROOT("preemptionPolicy"), policy, policies);
}

void priority_class_validate_update(const cJSON *priority_class, const cJSON *old, struct problems *problems)
{
    if (!json_equal(json_get(priority_class, "value"), json_get(old, "value")))
        problem_forbidden(problems, PATH_ROOT("value"), "may not be changed in an update.");
    if (!json_equal(json_get(priority_class, "preemptionPolicy"), json_get(old, "preemptionPolicy")))
        problem_invalid(problems, PATH_ROOT("preemptionPolicy"), json_get(priority_class, "preemptionPolicy"),
                        "field is immutable");
}

static const struct table_column columns[] = {
    COLUMN_NAME,
    {"Value", "integer", "", "The priority of pods of this class.", 0},
    {"Global-Default", "boolean", "", "Whether pods without a class get this one.", 0},
    COLUMN_AGE,
    {"PreemptionPolicy", "string", "", "Whether such pods push others away.", 0},
};

static void add_cells(const cJSON *priority_class, int64_t now, cJSON *cells)
{
    cell_name(cells, priority_class);
    cell_integer(cells, json_integer(json_get(priority_class, "value"), 0));
    cJSON_AddItemToArray(cells, cJSON_CreateBool(json_boolean(json_get(priority_class, "globalDefault"), false)));
    cell_age(cells, priority_class, now);
    cell_text(cells, json_text(json_get(priority_class, "preemptionPolicy"), ""));
}

const struct table_format table_of_priority_classes = {columns, sizeof columns / sizeof columns[0], add_cells};

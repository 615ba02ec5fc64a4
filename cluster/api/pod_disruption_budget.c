/* PodDisruptionBudgets (policy/v1): how many of some pods may be gone at a time for reasons that can wait. */
#include <stdio.h>
#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/schema_tables.h"
#include "cluster/api/table_cell.h"

#define AMOUNT_SIZE 32

static const struct schema_field spec_fields[] = {
    F_INT_OR_TEXT_SET("minAvailable"),
    F_OBJECT("selector", &schema_label_selector),
    F_INT_OR_TEXT_SET("maxUnavailable"),
    F_TEXT_SET("unhealthyPodEvictionPolicy"),
    F_END,
};
static const struct schema spec_shape = {"PodDisruptionBudgetSpec", spec_fields};

static const struct schema_field status_fields[] = {
    F_INT64("observedGeneration"),
    F_MAP("disruptedPods"),
    F_INT32_ALWAYS("disruptionsAllowed"),
    F_INT32_ALWAYS("currentHealthy"),
    F_INT32_ALWAYS("desiredHealthy"),
    F_INT32_ALWAYS("expectedPods"),
    F_LIST("conditions", &schema_condition, "type"),
    F_END,
};
static const struct schema status_shape = {"PodDisruptionBudgetStatus", status_fields};

static const struct schema_field budget_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &spec_shape),
    F_OBJECT_ALWAYS("status", &status_shape),
    F_END,
};
const struct schema schema_pod_disruption_budget = {"PodDisruptionBudget", budget_fields};

void pod_disruption_budget_validate(const cJSON *budget, struct problems *problems)
{
    static const char *const policies[] = {"AlwaysAllow", "IfHealthyBudget", NULL};
    const cJSON *spec = json_get(budget, "spec");
    const cJSON *available = json_get(spec, "minAvailable");
    const cJSON *unavailable = json_get(spec, "maxUnavailable");
    const char *policy = json_text(json_get(spec, "unhealthyPodEvictionPolicy"), policies[0]);
    const struct field_path *path = PATH_ROOT("spec");
    if (available != NULL && unavailable != NULL)
        problem_invalid(problems, path, spec, "minAvailable and maxUnavailable cannot be both set");
    if (available != NULL)
        validate_amount(available, true, PATH_CHILD(path, "minAvailable"), problems);
    if (unavailable != NULL)
        validate_amount(unavailable, true, PATH_CHILD(path, "maxUnavailable"), problems);
    if (json_get(spec, "selector") != NULL)
        validate_label_selector(json_get(spec, "selector"), PATH_CHILD(path, "selector"), problems);
    for (size_t i = 0; policies[i] != NULL; i++)
        if (strcmp(policy, policies[i]) == 0)
            return;
    problem_not_supported(problems, PATH_CHILD(path, "unhealthyPodEvictionPolicy"), policy, policies);
}

static const struct table_column columns[] = {
    COLUMN_NAME,
    {"Min Available", "string", "", "How many pods must be available, or which share of them.", 0},
    {"Max Unavailable", "string", "", "How many pods may be unavailable, or which share of them.", 0},
    {"Allowed Disruptions", "integer", "", "How many pods may be evicted now.", 0},
    COLUMN_AGE,
};

static void cell_amount(cJSON *cells, const cJSON *amount)
{
    char text[AMOUNT_SIZE];
    snprintf(text, sizeof text, "%lld", (long long)json_integer(amount, 0));
    cell_text(cells, amount == NULL ? "N/A" : json_text(amount, text));
}

static void add_cells(const cJSON *budget, int64_t now, cJSON *cells)
{
    cell_name(cells, budget);
    cell_amount(cells, json_get(budget, "spec", "minAvailable"));
    cell_amount(cells, json_get(budget, "spec", "maxUnavailable"));
    cell_integer(cells, json_integer(json_get(budget, "status", "disruptionsAllowed"), 0));
    cell_age(cells, budget, now);
}

const struct table_format table_of_pod_disruption_budgets = {columns, sizeof columns / sizeof columns[0], add_cells};

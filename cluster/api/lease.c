/* Leases (coordination.k8s.io/v1): what leader election of controllers and the heartbeat of nodes write. */
#include "cluster/api/kind.h"
#include "cluster/api/schema_tables.h"
#include "cluster/api/table_cell.h"

static const struct schema_field spec_fields[] = {
    F_TEXT_SET("holderIdentity"),    F_INT32_SET("leaseDurationSeconds"),
    F_MICRO_TIME("acquireTime"),     F_MICRO_TIME("renewTime"),
    F_INT32_SET("leaseTransitions"), F_TEXT_SET("strategy"),
    F_TEXT_SET("preferredHolder"),   F_END,
};
static const struct schema spec_shape = {"LeaseSpec", spec_fields};
static const struct schema_field lease_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &spec_shape),
    F_END,
};
const struct schema schema_lease = {"Lease", lease_fields};

void lease_validate(const cJSON *lease, struct problems *problems)
{
    const cJSON *spec = json_get(lease, "spec");
    const struct field_path *path = PATH_ROOT("spec");
    int64_t duration = json_integer(json_get(spec, "leaseDurationSeconds"), 1);
    int64_t transitions = json_integer(json_get(spec, "leaseTransitions"), 0);
    if (duration <= 0)
        problem_invalid_integer(problems, PATH_CHILD(path, "leaseDurationSeconds"), duration, "must be greater than 0");
    if (transitions < 0)
        problem_invalid_integer(problems, PATH_CHILD(path, "leaseTransitions"), transitions,
                                "must be greater than or equal to 0");
}

static const struct table_column columns[] = {
    COLUMN_NAME,
    {"Holder", "string", "", "Who holds the lease.", 0},
    COLUMN_AGE,
};

static void add_cells(const cJSON *lease, int64_t now, cJSON *cells)
{
    cell_name(cells, lease);
    cell_text(cells, json_text(json_get(lease, "spec", "holderIdentity"), ""));
    cell_age(cells, lease, now);
}

const struct table_format table_of_leases = {columns, sizeof columns / sizeof columns[0], add_cells};

#include <inttypes.h>
#include <stdio.h>

#include "cluster/api/table_cell.h"

static const struct table_column stateful_set_columns[] = {
    COLUMN_NAME,
    {"Ready", "string", "", "Ready pods of those wanted.", 0},
    COLUMN_AGE,
    {"Containers", "string", "", "Names of the template's containers.", 1},
    {"Images", "string", "", "Images of the template's containers.", 1},
};

static void add_stateful_set_cells(const cJSON *stateful_set, int64_t now, cJSON *cells)
{
    char ready[64];
    snprintf(ready, sizeof ready, "%" PRId64 "/%" PRId64, json_integer(json_get(stateful_set, "status", "readyReplicas"), 0),
             json_integer(json_get(stateful_set, "spec", "replicas"), 0));
    cell_name(cells, stateful_set);
    cell_text(cells, ready);
    cell_age(cells, stateful_set, now);
    cell_containers(cells, json_get(stateful_set, "spec", "template", "spec", "containers"));
}

const struct table_format table_of_stateful_sets = {
    stateful_set_columns, sizeof stateful_set_columns / sizeof stateful_set_columns[0], add_stateful_set_cells};

static const struct table_column controller_revision_columns[] = {
    COLUMN_NAME,
    {"Controller", "string", "", "The object whose history it is part of.", 0},
    {"Revision", "string", "", "Its place in that history.", 0},
    COLUMN_AGE,
};

/* "statefulset.apps/app" */
static char *controller_text(const cJSON *revision)
{
    const cJSON *owner = NULL;
    cJSON_ArrayForEach (owner, json_get(revision, "metadata", "ownerReferences")) {
        if (!json_boolean(json_get(owner, "controller"), false))
            continue;
        const struct resource *resource =
            resource_by_kind(json_text(json_get(owner, "apiVersion"), ""), json_text(json_get(owner, "kind"), ""));
        const char *name = json_text(json_get(owner, "name"), "");
        if (resource == NULL)
            return memory_format("%s/%s", json_text(json_get(owner, "kind"), ""), name);
        return memory_format("%s%s%s/%s", resource->singular, resource->group[0] != '\0' ? "." : "", resource->group, name);
    }
    return memory_copy_text(CELL_NONE);
}

static void add_controller_revision_cells(const cJSON *revision, int64_t now, cJSON *cells)
{
    AUTO_FREE char *controller = controller_text(revision);
    cell_name(cells, revision);
    cell_text(cells, controller);
    cell_integer(cells, json_integer(json_get(revision, "revision"), 0));
    cell_age(cells, revision, now);
}

const struct table_format table_of_controller_revisions = {
    controller_revision_columns, sizeof controller_revision_columns / sizeof controller_revision_columns[0],
    add_controller_revision_cells};

#include <stdio.h>

#include "cluster/api/table_cell.h"
#include "common/quantity.h"

/* Pods and nodes alike. */
static const struct table_column columns[] = {
    {"Name", "string", "name", "Name of the resource", 0},
    {"cpu", "string", "quantity", "", 0},
    {"memory", "string", "quantity", "", 0},
    {"Window", "string", "duration", "", 0},
};

/* The sum over the containers. */
static void cell_sum(cJSON *cells, const cJSON *containers, const char *resource)
{
    struct quantity sum = {0};
    char text[QUANTITY_TEXT_SIZE];
    const cJSON *container;
    cJSON_ArrayForEach (container, containers) {
        struct quantity usage;
        const char *value = json_text(cJSON_GetObjectItemCaseSensitive(json_get(container, "usage"), resource), "0");
        if (quantity_parse(value, &usage, NULL) == 0)
            sum = quantity_add(sum, usage);
    }
    cell_text(cells, quantity_format(sum, text));
}

static void add_pod_cells(const cJSON *metrics, int64_t now, cJSON *cells)
{
    (void)now;
    cell_name(cells, metrics);
    cell_sum(cells, json_get(metrics, "containers"), "cpu");
    cell_sum(cells, json_get(metrics, "containers"), "memory");
    cell_text(cells, json_text(json_get(metrics, "window"), ""));
}

static void add_node_cells(const cJSON *metrics, int64_t now, cJSON *cells)
{
    (void)now;
    cell_name(cells, metrics);
    cell_text(cells, json_text(json_get(metrics, "usage", "cpu"), "0"));
    cell_text(cells, json_text(json_get(metrics, "usage", "memory"), "0"));
    cell_text(cells, json_text(json_get(metrics, "window"), ""));
}

const struct table_format table_of_pod_metrics = {columns, sizeof columns / sizeof columns[0], add_pod_cells};
const struct table_format table_of_node_metrics = {columns, sizeof columns / sizeof columns[0], add_node_cells};

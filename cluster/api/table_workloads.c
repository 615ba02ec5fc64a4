#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cluster/api/table_cell.h"

/* Targets that are shown before "+ n more...". */
#define SHOWN_TARGETS 2

static const struct table_column deployment_columns[] = {
    COLUMN_NAME,
    {"Ready", "string", "", "Ready pods of those wanted.", 0},
    {"Up-to-date", "string", "", "Pods made from the present template.", 0},
    {"Available", "string", "", "Pods that have been ready for minReadySeconds.", 0},
    COLUMN_AGE,
    {"Containers", "string", "", "Names of the template's containers.", 1},
    {"Images", "string", "", "Images of the template's containers.", 1},
    {"Selector", "string", "", "Labels of the pods that belong here.", 1},
};

static void add_deployment_cells(const cJSON *deployment, int64_t now, cJSON *cells)
{
    char ready[64];
    const cJSON *status = json_get(deployment, "status");
    snprintf(ready, sizeof ready, "%" PRId64 "/%" PRId64, json_integer(json_get(status, "readyReplicas"), 0),
             json_integer(json_get(deployment, "spec", "replicas"), 0));
    cell_name(cells, deployment);
    cell_text(cells, ready);
    cell_integer(cells, json_integer(json_get(status, "updatedReplicas"), 0));
    cell_integer(cells, json_integer(json_get(status, "availableReplicas"), 0));
    cell_age(cells, deployment, now);
    cell_containers(cells, json_get(deployment, "spec", "template", "spec", "containers"));
    cell_label_selector(cells, json_get(deployment, "spec", "selector"));
}

const struct table_format table_of_deployments = {deployment_columns, sizeof deployment_columns / sizeof deployment_columns[0],
                                                  add_deployment_cells};

static const struct table_column replica_set_columns[] = {
    COLUMN_NAME,
    {"Desired", "integer", "", "Pods wanted.", 0},
    {"Current", "integer", "", "Pods that exist and are not ending.", 0},
    {"Ready", "integer", "", "Pods that are ready.", 0},
    COLUMN_AGE,
    {"Containers", "string", "", "Names of the template's containers.", 1},
    {"Images", "string", "", "Images of the template's containers.", 1},
    {"Selector", "string", "", "Labels of the pods that belong here.", 1},
};

static void add_replica_set_cells(const cJSON *replica_set, int64_t now, cJSON *cells)
{
    const cJSON *status = json_get(replica_set, "status");
    cell_name(cells, replica_set);
    cell_integer(cells, json_integer(json_get(replica_set, "spec", "replicas"), 0));
    cell_integer(cells, json_integer(json_get(status, "replicas"), 0));
    cell_integer(cells, json_integer(json_get(status, "readyReplicas"), 0));
    cell_age(cells, replica_set, now);
    cell_containers(cells, json_get(replica_set, "spec", "template", "spec", "containers"));
    cell_label_selector(cells, json_get(replica_set, "spec", "selector"));
}

const struct table_format table_of_replica_sets = {
    replica_set_columns, sizeof replica_set_columns / sizeof replica_set_columns[0], add_replica_set_cells};

static const struct table_column autoscaler_columns[] = {
    COLUMN_NAME,
    {"Reference", "string", "", "Kind and name of what is scaled.", 0},
    {"Targets", "string", "", "Each metric's present value and its target.", 0},
    {"MinPods", "string", "", "Never fewer pods than these.", 0},
    {"MaxPods", "string", "", "Never more pods than these.", 0},
    {"Replicas", "string", "", "Pods that the scaled object has.", 0},
    COLUMN_AGE,
};

/* The member that holds a metric of this type: "Resource" -> "resource". */
static const char *metric_key(const cJSON *metric)
{
    static const char *const keys[][2] = {{"Resource", "resource"},
                                          {"ContainerResource", "containerResource"},
                                          {"Pods", "pods"},
                                          {"Object", "object"},
                                          {"External", "external"}};
    const char *type = json_text(json_get(metric, "type"), "");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(type, keys[i][0]) == 0)
            return keys[i][1];
    return "";
}

/* "50%", "100m", or the fallback. */
static void append_value(struct buffer *text, const cJSON *values, bool utilization, const char *fallback)
{
    const cJSON *percent = json_get(values, "averageUtilization");
    const char *quantity = json_text(json_get(values, "averageValue"), NULL);
    if (quantity == NULL)
        quantity = json_text(json_get(values, "value"), NULL);
    if (utilization && cJSON_IsNumber(percent))
        buffer_append_format(text, "%" PRId64 "%%", json_integer(percent, 0));
    else if (!utilization && quantity != NULL)
        buffer_append_text(text, quantity);
    else
        buffer_append_text(text, fallback);
}

static void append_target(struct buffer *text, const cJSON *metric, const cJSON *current_metric)
{
    const char *key = metric_key(metric);
    const cJSON *source = cJSON_GetObjectItemCaseSensitive(metric, key);
    const cJSON *current = json_get(cJSON_GetObjectItemCaseSensitive(current_metric, key), "current");
    const char *name = json_text(json_get(source, "name"), NULL);
    bool utilization = cJSON_IsNumber(json_get(source, "target", "averageUtilization"));
    if (name != NULL)
        buffer_append_format(text, "%s: ", name);
    append_value(text, current, utilization, "<unknown>");
    buffer_append_character(text, '/');
    append_value(text, json_get(source, "target"), utilization, "<auto>");
}

static void cell_targets(cJSON *cells, const cJSON *autoscaler)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, 4096);
    const cJSON *metrics = json_get(autoscaler, "spec", "metrics");
    const cJSON *current = json_get(autoscaler, "status", "currentMetrics");
    int count = cJSON_GetArraySize(metrics);
    for (int i = 0; i < count && i < SHOWN_TARGETS; i++) {
        if (i > 0)
            buffer_append_text(&text, ", ");
        append_target(&text, cJSON_GetArrayItem(metrics, i), cJSON_GetArrayItem(current, i));
    }
    if (count > SHOWN_TARGETS)
        buffer_append_format(&text, " + %d more...", count - SHOWN_TARGETS);
    cell_text_or_none(cells, text.data);
}

static void add_autoscaler_cells(const cJSON *autoscaler, int64_t now, cJSON *cells)
{
    const cJSON *spec = json_get(autoscaler, "spec");
    const cJSON *minimum = json_get(spec, "minReplicas");
    AUTO_FREE char *reference = memory_format("%s/%s", json_text(json_get(spec, "scaleTargetRef", "kind"), ""),
                                              json_text(json_get(spec, "scaleTargetRef", "name"), ""));
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, json_integer(minimum, 0));
    cell_name(cells, autoscaler);
    cell_text(cells, reference);
    cell_targets(cells, autoscaler);
    cell_text(cells, cJSON_IsNumber(minimum) ? text : "<unset>");
    cell_integer(cells, json_integer(json_get(spec, "maxReplicas"), 0));
    cell_integer(cells, json_integer(json_get(autoscaler, "status", "currentReplicas"), 0));
    cell_age(cells, autoscaler, now);
}

const struct table_format table_of_autoscalers = {autoscaler_columns, sizeof autoscaler_columns / sizeof autoscaler_columns[0],
                                                  add_autoscaler_cells};

#include "cluster/controllers/horizontal_status.h"

#include <string.h>

#include "cluster/controllers/horizontal_spec.h"
#include "common/clock.h"
#include "common/quantity.h"

#define MESSAGE_MAXIMUM 65536

static void set_quantity(cJSON *object, const char *key, int64_t milli, const struct hpa_metric_spec *metric)
{
    char text[QUANTITY_TEXT_SIZE];
    bool resource = metric->type == HPA_METRIC_RESOURCE || metric->type == HPA_METRIC_CONTAINER_RESOURCE;
    bool memory = resource && strcmp(metric->name, "memory") == 0;
    json_set_text(object, key,
                  quantity_format(quantity_from_milli(milli, memory ? QUANTITY_BINARY_SI : QUANTITY_DECIMAL_SI), text));
}

static cJSON *make_current(const struct hpa_metric_status *status)
{
    cJSON *current = cJSON_CreateObject();
    if (status->has_value)
        set_quantity(current, "value", status->value_milli, status->metric);
    if (status->has_average_value)
        set_quantity(current, "averageValue", status->average_value_milli, status->metric);
    if (status->has_average_utilization)
        json_set_integer(current, "averageUtilization", status->average_utilization);
    return current;
}

/* What the metric is of, copied from the spec's entry: names, container, described object. */
static void copy_identity(cJSON *source, const cJSON *spec_source)
{
    static const char *const members[] = {"name", "container", "metric", "describedObject"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const cJSON *member = json_get(spec_source, members[i]);
        if (member != NULL)
            json_set(source, members[i], json_copy(member));
    }
}

static cJSON *make_metric(const struct hpa_metric_status *status, const cJSON *spec_metric)
{
    cJSON *metric = cJSON_CreateObject();
    if (status->metric == NULL) {
        json_set_text(metric, "type", "");
        return metric;
    }
    json_set_text(metric, "type", hpa_metric_type_text(status->metric->type));
    const char *member = horizontal_metric_member(status->metric->type);
    if (member == NULL)
        return metric;
    cJSON *source = json_object_at(metric, member);
    copy_identity(source, json_get(spec_metric, member));
    json_set(source, "current", make_current(status));
    return metric;
}

static cJSON *make_condition(const struct hpa_autoscaler *autoscaler, const struct hpa_condition *condition, size_t index)
{
    char time[CLOCK_TEXT_SIZE];
    struct buffer message CLEANUP(buffer_release);
    buffer_init(&message, MESSAGE_MAXIMUM);
    hpa_condition_message(autoscaler, index, &message);
    cJSON *made = cJSON_CreateObject();
    json_set_text(made, "type", hpa_condition_type_text(condition->type));
    json_set_text(made, "status", condition->status ? "True" : "False");
    json_set_text(made, "lastTransitionTime", clock_format_seconds(condition->last_transition, time));
    json_set_text(made, "reason", condition->reason);
    json_set_text(made, "message", message.data);
    return made;
}

static void set_metrics(cJSON *made, const struct hpa_status *status, const cJSON *tree)
{
    const cJSON *spec_metrics = json_get(tree, "spec", "metrics");
    if (status->metrics == NULL) {
        json_set(made, "currentMetrics", cJSON_CreateNull());
        return;
    }
    cJSON *metrics = json_array_at(made, "currentMetrics");
    for (size_t i = 0; i < status->metric_count; i++)
        cJSON_AddItemToArray(metrics, make_metric(&status->metrics[i], cJSON_GetArrayItem(spec_metrics, (int)i)));
}

cJSON *horizontal_status_make(const struct hpa_autoscaler *autoscaler, const cJSON *tree)
{
    char time[CLOCK_TEXT_SIZE];
    struct hpa_status status = hpa_status(autoscaler);
    cJSON *made = cJSON_CreateObject();
    int64_t generation = json_integer(json_get(tree, "metadata", "generation"), 0);
    if (generation > 0)
        json_set_integer(made, "observedGeneration", generation);
    if (status.has_last_scale_time)
        json_set_text(made, "lastScaleTime", clock_format_seconds(status.last_scale_time, time));
    if (status.current_replicas != 0)
        json_set_integer(made, "currentReplicas", status.current_replicas);
    json_set_integer(made, "desiredReplicas", status.desired_replicas);
    set_metrics(made, &status, tree);
    for (size_t i = 0; i < status.condition_count; i++)
        cJSON_AddItemToArray(json_array_at(made, "conditions"), make_condition(autoscaler, &status.conditions[i], i));
    return made;
}

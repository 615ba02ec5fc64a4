#include "tests/vectors/result.h"

#include "common/buffer.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/quantity.h"

#define TEXT_MAXIMUM 65536

static void set_time(cJSON *object, const char *key, int64_t time)
{
    char text[CLOCK_TEXT_SIZE];
    json_set_text(object, key, clock_format_seconds(time, text));
}

static void set_quantity(cJSON *object, const char *key, int64_t milli, enum quantity_format format)
{
    char text[QUANTITY_TEXT_SIZE];
    json_set_text(object, key, quantity_format(quantity_from_milli(milli, format), text));
}

static cJSON *current_to_json(const struct hpa_metric_status *status)
{
    cJSON *current = cJSON_CreateObject();
    if (status->has_value) {
        set_quantity(current, "value", status->value_milli, status->format);
    }
    if (status->has_average_value) {
        set_quantity(current, "averageValue", status->average_value_milli, status->format);
    }
    if (status->has_average_utilization) {
        json_set_integer(current, "averageUtilization", status->average_utilization);
    }
    return current;
}

static void set_described_object(cJSON *source, const struct hpa_object_reference *object)
{
    cJSON *reference = json_object_at(source, "describedObject");
    json_set_text(reference, "kind", object->kind);
    json_set_text(reference, "name", object->name);
    json_set_text(reference, "apiVersion", object->api_version);
}

static const char *source_key(enum hpa_metric_type type)
{
    switch (type) {
    case HPA_METRIC_CONTAINER_RESOURCE:
        return "containerResource";
    case HPA_METRIC_PODS:
        return "pods";
    case HPA_METRIC_OBJECT:
        return "object";
    case HPA_METRIC_EXTERNAL:
        return "external";
    case HPA_METRIC_RESOURCE:
    case HPA_METRIC_UNKNOWN:
        break;
    }
    return "resource";
}

static cJSON *metric_to_json(const struct hpa_metric_status *status)
{
    cJSON *tree = cJSON_CreateObject();
    const struct hpa_metric_spec *metric = status->metric;
    json_set_text(tree, "type", metric == NULL ? "" : hpa_metric_type_text(metric->type));
    if (metric == NULL) {
        return tree;
    }
    cJSON *source = json_object_at(tree, source_key(metric->type));
    if (metric->type == HPA_METRIC_RESOURCE || metric->type == HPA_METRIC_CONTAINER_RESOURCE) {
        json_set_text(source, "name", metric->name);
    } else {
        json_set_text(json_object_at(source, "metric"), "name", metric->name);
    }
    if (metric->type == HPA_METRIC_CONTAINER_RESOURCE) {
        json_set_text(source, "container", metric->container);
    }
    if (metric->type == HPA_METRIC_OBJECT) {
        set_described_object(source, &metric->object);
    }
    json_set(source, "current", current_to_json(status));
    return tree;
}

static cJSON *condition_to_json(const struct hpa_autoscaler *autoscaler, const struct hpa_condition *condition, size_t index)
{
    cJSON *tree = cJSON_CreateObject();
    struct buffer message CLEANUP(buffer_release);
    buffer_init(&message, TEXT_MAXIMUM);
    hpa_condition_message(autoscaler, index, &message);
    json_set_text(tree, "type", hpa_condition_type_text(condition->type));
    json_set_text(tree, "status", condition->status ? "True" : "False");
    set_time(tree, "lastTransitionTime", condition->last_transition);
    json_set_text(tree, "reason", condition->reason);
    json_set_text(tree, "message", message.data);
    return tree;
}

static cJSON *metrics_to_json(const struct hpa_status *status)
{
    if (status->metrics == NULL) {
        return cJSON_CreateNull();
    }
    cJSON *metrics = cJSON_CreateArray();
    for (size_t i = 0; i < status->metric_count; i++) {
        cJSON_AddItemToArray(metrics, metric_to_json(&status->metrics[i]));
    }
    return metrics;
}

static cJSON *status_to_json(const struct hpa_autoscaler *autoscaler)
{
    struct hpa_status status = hpa_status(autoscaler);
    cJSON *tree = cJSON_CreateObject();
    if (status.has_last_scale_time) {
        set_time(tree, "lastScaleTime", status.last_scale_time);
    }
    if (status.current_replicas != 0) {
        json_set_integer(tree, "currentReplicas", status.current_replicas);
    }
    json_set_integer(tree, "desiredReplicas", status.desired_replicas);
    json_set(tree, "currentMetrics", metrics_to_json(&status));
    cJSON *conditions = json_array_at(tree, "conditions");
    for (size_t i = 0; i < status.condition_count; i++) {
        cJSON_AddItemToArray(conditions, condition_to_json(autoscaler, &status.conditions[i], i));
    }
    return tree;
}

static cJSON *events_to_json(const struct hpa_autoscaler *autoscaler)
{
    cJSON *events = cJSON_CreateArray();
    for (size_t i = 0; i < hpa_event_count(autoscaler); i++) {
        struct hpa_event event = hpa_event(autoscaler, i);
        struct buffer text CLEANUP(buffer_release);
        buffer_init(&text, TEXT_MAXIMUM);
        buffer_append_format(&text, "%s %s ", event.warning ? "Warning" : "Normal", event.reason);
        hpa_event_message(autoscaler, i, &text);
        cJSON_AddItemToArray(events, cJSON_CreateString(text.data));
    }
    return events;
}

cJSON *result_to_json(const struct hpa_autoscaler *autoscaler, bool scaled, int32_t replicas)
{
    cJSON *tree = cJSON_CreateObject();
    struct buffer error CLEANUP(buffer_release);
    buffer_init(&error, TEXT_MAXIMUM);
    json_set(tree, "status", status_to_json(autoscaler));
    json_set(tree, "scaledTo", scaled ? cJSON_CreateNumber(replicas) : cJSON_CreateNull());
    json_set(tree, "events", events_to_json(autoscaler));
    if (hpa_error_message(autoscaler, &error)) {
        json_set_text(tree, "error", error.data);
    }
    return tree;
}

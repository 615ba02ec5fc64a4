/* The texts of conditions, events and errors, rendered from the facts of the latest sync. */
#include "hpa/autoscaler.h"

/* What a metric is called in conditions and events. */
static void write_metric_name(const struct hpa_metric_spec *metric, struct buffer *buffer)
{
    bool utilization = metric->target_type == HPA_TARGET_UTILIZATION;
    switch (metric->type) {
    case HPA_METRIC_RESOURCE:
        buffer_append_format(buffer, "%s resource%s", metric->name, utilization ? " utilization (percentage of request)" : "");
        return;
    case HPA_METRIC_CONTAINER_RESOURCE:
        buffer_append_format(buffer, utilization ? "%s container resource utilization (percentage of request)" : "%s resource",
                             metric->name);
        return;
    case HPA_METRIC_PODS:
        buffer_append_format(buffer, "pods metric %s", metric->name);
        return;
    case HPA_METRIC_OBJECT:
        if (metric->target_type == HPA_TARGET_VALUE) {
            buffer_append_format(buffer, "%s metric %s", metric->object.kind, metric->name);
            return;
        }
        break;
    case HPA_METRIC_EXTERNAL:
    case HPA_METRIC_UNKNOWN:
        break;
    }
    buffer_append_format(buffer, "external metric %s(%s)", metric->name, metric->selector == NULL ? "nil" : metric->selector);
}

void hpa_condition_message(const struct hpa_autoscaler *autoscaler, size_t index, struct buffer *buffer)
{
    if (index >= autoscaler->conditions.count) {
        return;
    }
    const struct condition *condition = &autoscaler->conditions.items[index];
    const struct reason_words *words = reason_words(condition->reason);
    buffer_append_text(buffer, words->message);
    switch (words->detail) {
    case DETAIL_TEXT:
        buffer_append_text(buffer, condition->text.data);
        break;
    case DETAIL_NUMBER:
        buffer_append_format(buffer, "%lld", (long long)condition->number);
        break;
    case DETAIL_METRIC:
        write_metric_name(&condition->spec->spec.metrics[condition->metric], buffer);
        break;
    case DETAIL_NONE:
        break;
    }
}

/* The text of a condition that this sync set. */
static const char *condition_text(const struct hpa_autoscaler *autoscaler, enum hpa_condition_type type)
{
    for (size_t i = 0; i < autoscaler->conditions.count; i++) {
        if (autoscaler->conditions.items[i].type == type) {
            return autoscaler->conditions.items[i].text.data;
        }
    }
    return "";
}

/* What the reconcile error says before a metric's cause; the wording differs from type to type and target to target. */
static void write_failure_context(const struct hpa_metric_spec *metric, struct buffer *buffer)
{
    bool average = metric->target_type == HPA_TARGET_AVERAGE_VALUE;
    switch (metric->type) {
    case HPA_METRIC_RESOURCE:
        buffer_append_format(buffer, "failed to get %s resource metric value: ", metric->name);
        break;
    case HPA_METRIC_CONTAINER_RESOURCE:
        buffer_append_format(buffer, "failed to get %s container metric value: ", metric->container);
        break;
    case HPA_METRIC_PODS:
        buffer_append_text(buffer, "failed to get pods metric value: ");
        break;
    case HPA_METRIC_OBJECT:
        buffer_append_text(buffer, "failed to get object metric value: ");
        if (average) {
            buffer_append_format(buffer, "failed to get %s object metric: ", metric->name);
        }
        break;
    case HPA_METRIC_EXTERNAL:
        buffer_append_format(buffer, "failed to get %s external metric value: ", metric->name);
        if (average) {
            buffer_append_format(buffer, "failed to get %s external metric: ", metric->name);
        } else if (metric->target_type == HPA_TARGET_VALUE) {
            buffer_append_format(buffer, "failed to get external metric %s: ", metric->name);
        }
        break;
    case HPA_METRIC_UNKNOWN:
        break;
    }
}

/* Why the metrics did not all do. */
static void write_compute_error(const struct hpa_autoscaler *autoscaler, struct buffer *buffer)
{
    const struct sync *sync = &autoscaler->sync;
    if (sync->error == ERROR_SELECTOR) {
        buffer_append_text(buffer, condition_text(autoscaler, HPA_SCALING_ACTIVE));
        return;
    }
    buffer_append_format(buffer, "invalid metrics (%zu invalid out of %zu), first error is: ", sync->invalid_count,
                         autoscaler->result_count);
    write_failure_context(&autoscaler->spec->spec.metrics[sync->first_invalid], buffer);
    buffer_append_text(buffer, autoscaler->results[sync->first_invalid].cause.data);
}

static void write_rescale_cause(const struct hpa_autoscaler *autoscaler, struct buffer *buffer)
{
    const struct sync *sync = &autoscaler->sync;
    buffer_append_format(buffer, "New size: %d; reason: ", sync->desired);
    switch (sync->cause) {
    case CAUSE_ABOVE_MAXIMUM:
        buffer_append_text(buffer, "Current number of replicas above Spec.MaxReplicas");
        break;
    case CAUSE_BELOW_MINIMUM:
        buffer_append_text(buffer, "Current number of replicas below Spec.MinReplicas");
        break;
    case CAUSE_ABOVE_TARGET:
        write_metric_name(&autoscaler->spec->spec.metrics[sync->metric], buffer);
        buffer_append_text(buffer, " above target");
        break;
    case CAUSE_BELOW_TARGET:
        buffer_append_text(buffer, "All metrics below target");
        break;
    case CAUSE_NONE:
        break;
    }
}

size_t hpa_event_count(const struct hpa_autoscaler *autoscaler)
{
    return autoscaler->sync.event_count;
}

struct hpa_event hpa_event(const struct hpa_autoscaler *autoscaler, size_t index)
{
    const struct event *event = &autoscaler->events[index];
    switch (event->kind) {
    case EVENT_FAILED_GET_SCALE:
        return (struct hpa_event){.warning = true, .reason = "FailedGetScale"};
    case EVENT_SELECTOR:
        if (autoscaler->sync.selector_reason == REASON_MISSING_SELECTOR) {
            return (struct hpa_event){.warning = true, .reason = "SelectorRequired"};
        }
        return (struct hpa_event){.warning = true, .reason = reason_words(autoscaler->sync.selector_reason)->name};
    case EVENT_METRIC:
        return (struct hpa_event){.warning = true, .reason = reason_words(autoscaler->results[event->metric].reason)->name};
    case EVENT_FAILED_COMPUTE:
        return (struct hpa_event){.warning = true, .reason = "FailedComputeMetricsReplicas"};
    case EVENT_FAILED_RESCALE:
        return (struct hpa_event){.warning = true, .reason = "FailedRescale"};
    case EVENT_SUCCESSFUL_RESCALE:
        break;
    }
    return (struct hpa_event){.warning = false, .reason = "SuccessfulRescale"};
}

void hpa_event_message(const struct hpa_autoscaler *autoscaler, size_t index, struct buffer *buffer)
{
    const struct event *event = &autoscaler->events[index];
    switch (event->kind) {
    case EVENT_FAILED_GET_SCALE:
        buffer_append_text(buffer, condition_text(autoscaler, HPA_ABLE_TO_SCALE));
        break;
    case EVENT_SELECTOR:
        buffer_append_text(buffer, condition_text(autoscaler, HPA_SCALING_ACTIVE));
        break;
    case EVENT_METRIC:
        buffer_append_text(buffer, autoscaler->results[event->metric].cause.data);
        break;
    case EVENT_FAILED_COMPUTE:
        write_compute_error(autoscaler, buffer);
        break;
    case EVENT_SUCCESSFUL_RESCALE:
        write_rescale_cause(autoscaler, buffer);
        break;
    case EVENT_FAILED_RESCALE:
        write_rescale_cause(autoscaler, buffer);
        buffer_append_format(buffer, "; error: %s", condition_text(autoscaler, HPA_ABLE_TO_SCALE));
        break;
    }
}

bool hpa_error_message(const struct hpa_autoscaler *autoscaler, struct buffer *buffer)
{
    const struct hpa_object_reference *target = &autoscaler->spec->spec.target;
    const char *namespace_name = autoscaler->namespace_name;
    switch (autoscaler->sync.error) {
    case ERROR_FREE:
        return false;
    case ERROR_GET_SCALE:
        buffer_append_format(buffer, "failed to query scale subresource for %s/%s/%s: %s", target->kind, namespace_name,
                             target->name, condition_text(autoscaler, HPA_ABLE_TO_SCALE));
        break;
    case ERROR_RESCALE:
        buffer_append_format(buffer, "failed to rescale %s/%s/%s: %s", target->kind, namespace_name, target->name,
                             condition_text(autoscaler, HPA_ABLE_TO_SCALE));
        break;
    case ERROR_SELECTOR:
    case ERROR_METRICS:
        buffer_append_format(buffer,
                             "failed to compute desired number of replicas based on listed metrics for %s/%s/%s: ", target->kind,
                             namespace_name, target->name);
        write_compute_error(autoscaler, buffer);
        break;
    case ERROR_SOME_METRICS:
        write_compute_error(autoscaler, buffer);
        break;
    }
    return true;
}

/* Resource and ContainerResource metrics: usage as metrics.k8s.io reports it. */
#include <string.h>

#include "hpa/metric.h"

static enum hpa_resource resource_named(const char *name)
{
    if (strcmp(name, "cpu") == 0) {
        return HPA_RESOURCE_CPU;
    }
    return strcmp(name, "memory") == 0 ? HPA_RESOURCE_MEMORY : HPA_RESOURCE_COUNT;
}

static enum reason failure_reason(const struct hpa_metric_spec *metric)
{
    return metric->type == HPA_METRIC_RESOURCE ? REASON_FAILED_GET_RESOURCE_METRIC : REASON_FAILED_GET_CONTAINER_RESOURCE_METRIC;
}

static bool has_target(const struct metric_question *question, struct metric_result *result)
{
    enum hpa_target_type target = question->metric->target_type;
    if (target == HPA_TARGET_UTILIZATION || target == HPA_TARGET_AVERAGE_VALUE) {
        return true;
    }
    metric_fail(result, failure_reason(question->metric),
                "invalid %s metric source: neither an average utilization target nor an average value (usage) target was set",
                question->metric->type == HPA_METRIC_RESOURCE ? "resource" : "container resource");
    return false;
}

static bool has_samples(const struct metric_question *question, const char *kind, struct metric_result *result)
{
    const struct hpa_pod_samples *samples = &question->input->samples;
    const char *name = question->metric->name;
    if (samples->error != NULL) {
        metric_fail(
            result, failure_reason(question->metric),
            "failed to get %s %s: unable to get metrics for resource %s: unable to fetch metrics from resource metrics API: %s",
            name, kind, name, samples->error);
        return false;
    }
    if (samples->count == 0) {
        metric_fail(result, failure_reason(question->metric),
                    "failed to get %s %s: unable to get metrics for resource %s: no metrics returned from resource metrics API",
                    name, kind, name);
        return false;
    }
    return true;
}

void metric_resource_decide(const struct metric_question *question, struct metric_result *result)
{
    const struct hpa_metric_spec *metric = question->metric;
    const char *container = metric->type == HPA_METRIC_CONTAINER_RESOURCE ? metric->container : NULL;
    enum hpa_resource resource = resource_named(metric->name);
    bool utilization = metric->target_type == HPA_TARGET_UTILIZATION;
    const char *kind = utilization ? "utilization" : "usage";
    char text[AVERAGE_FAILURE_SIZE];
    if (!has_target(question, result) || !has_samples(question, kind, result)) {
        return;
    }
    usage_table_reset(question->usage, question->input->pod_count);
    usage_from_samples(question->usage, question->input, resource, container);
    group_pods(question->usage, question->input, resource == HPA_RESOURCE_CPU, question->now);
    struct average_answer answer = average_decide(&(struct average_question){
        .input = question->input,
        .usage = question->usage,
        .utilization = utilization,
        .target = utilization ? metric->target_utilization : metric->target_milli,
        .resource = resource,
        .container = container,
        .tolerance = question->tolerance,
    });
    if (answer.failure != AVERAGE_FINE) {
        metric_fail(result, failure_reason(metric), "failed to get %s %s: %s", metric->name, kind,
                    average_failure_text(&answer, metric->name, text));
        return;
    }
    result->replicas = answer.replicas;
    result->status.format = resource == HPA_RESOURCE_MEMORY ? QUANTITY_BINARY_SI : QUANTITY_DECIMAL_SI;
    result->status.has_average_value = true;
    result->status.average_value_milli = answer.average_milli;
    result->status.has_average_utilization = utilization;
    result->status.average_utilization = answer.utilization;
}

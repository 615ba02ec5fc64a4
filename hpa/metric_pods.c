/* Pods metrics: a value of each pod from custom.metrics.k8s.io, averaged. */
#include "hpa/metric.h"

static void fail_to_get(struct metric_result *result, const char *name, const char *what, const char *error)
{
    metric_fail(result, REASON_FAILED_GET_PODS_METRIC, "unable to get metric %s: %s%s", name, what, error);
}

void metric_pods_decide(const struct metric_question *question, struct metric_result *result)
{
    const struct hpa_metric_answer *values = question->answer;
    char text[AVERAGE_FAILURE_SIZE];
    if (values->error != NULL) {
        fail_to_get(result, question->metric->name, "unable to fetch metrics from custom metrics API: ", values->error);
        return;
    }
    if (values->count == 0) {
        fail_to_get(result, question->metric->name, "no metrics returned from custom metrics API", "");
        return;
    }
    usage_table_reset(question->usage, question->input->pod_count);
    usage_from_values(question->usage, question->input, values);
    group_pods(question->usage, question->input, false, question->now);
    struct average_answer answer = average_decide(&(struct average_question){
        .input = question->input,
        .usage = question->usage,
        .target = question->metric->target_milli,
        .tolerance = question->tolerance,
    });
    if (answer.failure != AVERAGE_FINE) {
        metric_fail(result, REASON_FAILED_GET_PODS_METRIC, "%s", average_failure_text(&answer, "", text));
        return;
    }
    result->replicas = answer.replicas;
    result->status.has_average_value = true;
    result->status.average_value_milli = answer.average_milli;
}

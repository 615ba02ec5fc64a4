/* External metrics: the sum of the values that external.metrics.k8s.io has. */
#include "hpa/metric.h"
#include "hpa/numbers.h"

static void fail_to_get(const struct metric_question *question, struct metric_result *result, const char *what, const char *error)
{
    const struct hpa_metric_spec *metric = question->metric;
    metric_fail(result, REASON_FAILED_GET_EXTERNAL_METRIC, "unable to get external metric %s/%s/%s: %s%s",
                question->namespace_name, metric->name, metric->selector == NULL ? "nil" : metric->selector, what, error);
}

void metric_external_decide(const struct metric_question *question, struct metric_result *result)
{
    enum hpa_target_type target = question->metric->target_type;
    int64_t sum = 0;
    if (target != HPA_TARGET_VALUE && target != HPA_TARGET_AVERAGE_VALUE) {
        metric_fail(result, REASON_FAILED_GET_EXTERNAL_METRIC,
                    "invalid external metric source: neither a value target nor an average value target was set");
        return;
    }
    if (question->answer->error != NULL) {
        fail_to_get(question, result, "unable to fetch metrics from external metrics API: ", question->answer->error);
        return;
    }
    if (question->answer->count == 0) {
        fail_to_get(question, result, "no metrics returned from external metrics API", "");
        return;
    }
    for (size_t i = 0; i < question->answer->count; i++) {
        sum = add_held(sum, question->answer->values[i].milli);
    }
    if (!metric_decide_value(question, sum, result)) {
        metric_fail(result, REASON_FAILED_GET_EXTERNAL_METRIC,
                    "unable to calculate ready pods: no pods returned by selector while calculating replica count");
    }
}

/* Object metrics: one value of one object, from custom.metrics.k8s.io. */
#include "hpa/metric.h"

static void fail_to_get(const struct metric_question *question, struct metric_result *result, const char *what, const char *error)
{
    const struct hpa_metric_spec *metric = question->metric;
    metric_fail(result, REASON_FAILED_GET_OBJECT_METRIC, "unable to get metric %s: %s on %s %s/%s%s", metric->name,
                metric->object.kind, question->namespace_name, metric->object.name, what, error);
}

void metric_object_decide(const struct metric_question *question, struct metric_result *result)
{
    enum hpa_target_type target = question->metric->target_type;
    if (target != HPA_TARGET_VALUE && target != HPA_TARGET_AVERAGE_VALUE) {
        metric_fail(result, REASON_FAILED_GET_OBJECT_METRIC,
                    "invalid object metric source: neither a value target nor an average value target was set");
        return;
    }
    if (question->answer->error != NULL) {
        fail_to_get(question, result, "unable to fetch metrics from custom metrics API: ", question->answer->error);
        return;
    }
    if (question->answer->count == 0) {
        fail_to_get(question, result, "no metrics returned from custom metrics API", "");
        return;
    }
    if (!metric_decide_value(question, question->answer->values[0].milli, result)) {
        metric_fail(result, REASON_FAILED_GET_OBJECT_METRIC,
                    "unable to calculate ready pods: no pods returned by selector while calculating replica count");
    }
}

#include "hpa/metric.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "hpa/numbers.h"
#include "hpa/text.h"

void metric_fail(struct metric_result *result, enum reason reason, const char *format, ...)
{
    char text[HPA_TEXT_MAXIMUM];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    result->failed = true;
    result->reason = reason;
    result->status = (struct hpa_metric_status){0};
    text_set(&result->cause, text);
}

char *average_failure_text(const struct average_answer *answer, const char *resource, char text[AVERAGE_FAILURE_SIZE])
{
    switch (answer->failure) {
    case AVERAGE_NO_PODS:
        snprintf(text, AVERAGE_FAILURE_SIZE, "no pods returned by selector while calculating replica count");
        break;
    case AVERAGE_MISSING_REQUEST:
        snprintf(text, AVERAGE_FAILURE_SIZE, "missing request for %s in container %s of Pod %s", resource, answer->container,
                 answer->pod);
        break;
    case AVERAGE_NO_KNOWN_PODS:
        snprintf(text, AVERAGE_FAILURE_SIZE, "no metrics returned matched known pods");
        break;
    case AVERAGE_NO_SAMPLES:
    case AVERAGE_FINE:
        snprintf(text, AVERAGE_FAILURE_SIZE, "did not receive metrics for targeted pods (pods might be unready)");
        break;
    }
    return text;
}

/* Running and ready; -1 when there are no pods at all. */
static int64_t ready_pods(const struct hpa_input *input)
{
    int64_t count = 0;
    for (size_t i = 0; i < input->pod_count; i++) {
        count += input->pods[i].phase == HPA_POD_RUNNING && input->pods[i].ready == HPA_READY_TRUE ? 1 : 0;
    }
    return input->pod_count == 0 ? -1 : count;
}

static bool decide_whole_value(const struct metric_question *question, int64_t value_milli, struct metric_result *result)
{
    int32_t current = question->input->scale.spec_replicas;
    double ratio = (double)value_milli / (double)question->metric->target_milli;
    result->status.has_value = true;
    result->status.value_milli = value_milli;
    if (current == 0) {
        result->replicas = replicas_for_ratio(ratio, 1);
        return true;
    }
    if (tolerance_holds(question->tolerance, ratio)) {
        result->replicas = current;
        return true;
    }
    int64_t ready = ready_pods(question->input);
    result->replicas = replicas_for_ratio(ratio, ready);
    return ready >= 0;
}

static void decide_shared_value(const struct metric_question *question, int64_t value_milli, struct metric_result *result)
{
    double target = (double)question->metric->target_milli;
    int32_t replicas = question->input->scale.status_replicas;
    double ratio = (double)value_milli / (target * (double)replicas);
    result->replicas = tolerance_holds(question->tolerance, ratio) ? replicas : count_held(ceil((double)value_milli / target));
    result->status.has_average_value = true;
    result->status.average_value_milli = whole_held(ceil((double)value_milli / (double)replicas));
}

bool metric_decide_value(const struct metric_question *question, int64_t value_milli, struct metric_result *result)
{
    if (question->metric->target_type == HPA_TARGET_VALUE) {
        return decide_whole_value(question, value_milli, result);
    }
    decide_shared_value(question, value_milli, result);
    return true;
}

void metric_decide(const struct metric_question *question, struct metric_result *result)
{
    result->failed = false;
    result->reason = REASON_NONE;
    result->replicas = 0;
    result->status = (struct hpa_metric_status){.metric = question->metric};
    switch (question->metric->type) {
    case HPA_METRIC_RESOURCE:
    case HPA_METRIC_CONTAINER_RESOURCE:
        metric_resource_decide(question, result);
        return;
    case HPA_METRIC_PODS:
        metric_pods_decide(question, result);
        return;
    case HPA_METRIC_OBJECT:
        metric_object_decide(question, result);
        return;
    case HPA_METRIC_EXTERNAL:
        metric_external_decide(question, result);
        return;
    case HPA_METRIC_UNKNOWN:
        break;
    }
    const char *type = question->metric->type_text;
    metric_fail(result, REASON_INVALID_METRIC_SOURCE_TYPE, "unknown metric source type \"%s\"", type == NULL ? "" : type);
}

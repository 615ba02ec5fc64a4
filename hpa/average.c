#include "hpa/average.h"

#include <string.h>

#include "hpa/numbers.h"

/* Totals over the pods that take part. */
struct totals {
    int64_t usage;
    int64_t requests; /* utilization only */
    int64_t known;    /* entries that belong to a pod of the list */
    int64_t entries;  /* all, strays included */
};

struct ratio {
    bool known; /* false: nothing to divide by */
    double ratio;
    int32_t utilization;
    int64_t average_milli;
};

/* The request of a pod; -1 and the name of the container that has none. */
static int request_of(const struct average_question *question, const struct hpa_pod *pod, int64_t *milli, const char **container)
{
    int64_t sum = 0;
    for (size_t i = 0; i < pod->container_count; i++) {
        const struct hpa_container *each = &pod->containers[i];
        if (question->container != NULL && strcmp(question->container, each->name) != 0) {
            continue;
        }
        if (!each->has[question->resource]) {
            *container = each->name;
            return -1;
        }
        sum = add_held(sum, each->milli[question->resource]);
    }
    *milli = sum;
    return 0;
}

static void add_pod(struct totals *totals, const struct pod_usage *pod, int64_t usage)
{
    totals->usage = add_held(totals->usage, usage);
    totals->requests = add_held(totals->requests, pod->request);
    totals->known++;
    totals->entries++;
}

static struct totals totals_of_counted(const struct average_question *question)
{
    const struct usage_table *table = question->usage;
    struct totals totals = {.entries = (int64_t)table->stray_count};
    if (!question->utilization) {
        totals.usage = table->stray_milli;
    }
    for (size_t i = 0; i < table->pod_count; i++) {
        if (table->pods[i].group == POD_COUNTED) {
            add_pod(&totals, &table->pods[i], table->pods[i].milli);
        }
    }
    return totals;
}

/* A pod without a sample is taken to use its target (at least its whole request) when that argues against scaling
 * down, and nothing when that argues against scaling up. */
static int64_t assumed_usage(const struct average_question *question, const struct pod_usage *pod, bool below_target)
{
    if (!below_target) {
        return 0;
    }
    if (!question->utilization) {
        return question->target;
    }
    return scale_held(pod->request, question->target > 100 ? question->target : 100, 100);
}

static void add_assumed(struct totals *totals, const struct average_question *question, enum pod_group group, bool below_target)
{
    for (size_t i = 0; i < question->usage->pod_count; i++) {
        const struct pod_usage *pod = &question->usage->pods[i];
        if (pod->group == group) {
            add_pod(totals, pod, assumed_usage(question, pod, below_target));
        }
    }
}

static struct ratio ratio_of(const struct totals *totals, const struct average_question *question)
{
    struct ratio result = {.known = false};
    if (!question->utilization) {
        result.average_milli = totals->usage / totals->entries;
        result.ratio = (double)result.average_milli / (double)question->target;
        result.known = true;
    } else if (totals->requests != 0) {
        result.utilization = narrow_held(scale_held(totals->usage, 100, totals->requests));
        result.average_milli = totals->usage / totals->known;
        result.ratio = (double)result.utilization / (double)question->target;
        result.known = true;
    }
    return result;
}

/* The count after the pods that are missing or unready were guessed at: only if the guess does not turn it round. */
static int32_t replicas_with_assumed(const struct average_question *question, struct totals totals, double ratio)
{
    int32_t current = question->input->scale.spec_replicas;
    if (ratio != 1.0) {
        add_assumed(&totals, question, POD_MISSING, ratio < 1.0);
    }
    if (ratio > 1.0) {
        add_assumed(&totals, question, POD_UNREADY, false);
    }
    struct ratio assumed = ratio_of(&totals, question);
    bool crossed = (ratio < 1.0 && assumed.ratio > 1.0) || (ratio > 1.0 && assumed.ratio < 1.0);
    if (!assumed.known || crossed || tolerance_holds(question->tolerance, assumed.ratio)) {
        return current;
    }
    int32_t replicas = replicas_for_ratio(assumed.ratio, totals.entries);
    bool contrary = (assumed.ratio < 1.0 && replicas > current) || (assumed.ratio > 1.0 && replicas < current);
    return contrary ? current : replicas;
}

static int32_t replicas_of(const struct average_question *question, const struct totals *totals, double ratio)
{
    const struct usage_table *table = question->usage;
    if (table->missing > 0 || (table->unready > 0 && ratio > 1.0)) {
        return replicas_with_assumed(question, *totals, ratio);
    }
    if (tolerance_holds(question->tolerance, ratio)) {
        return question->input->scale.spec_replicas;
    }
    return replicas_for_ratio(ratio, table->counted);
}

/* Looks up the request of every pod; one that is missing fails the metric, whichever group its pod is in. */
static bool find_requests(const struct average_question *question, struct average_answer *answer)
{
    for (size_t i = 0; i < question->usage->pod_count; i++) {
        if (request_of(question, &question->input->pods[i], &question->usage->pods[i].request, &answer->container) < 0) {
            answer->pod = question->input->pods[i].name;
            return false;
        }
    }
    return true;
}

struct average_answer average_decide(const struct average_question *question)
{
    struct average_answer answer = {.failure = AVERAGE_FINE};
    if (question->input->pod_count == 0) {
        answer.failure = AVERAGE_NO_PODS;
        return answer;
    }
    if (question->usage->counted == 0 && question->usage->stray_count == 0) {
        answer.failure = AVERAGE_NO_SAMPLES;
        return answer;
    }
    if (question->utilization && !find_requests(question, &answer)) {
        answer.failure = AVERAGE_MISSING_REQUEST;
        return answer;
    }
    struct totals totals = totals_of_counted(question);
    struct ratio ratio = ratio_of(&totals, question);
    if (!ratio.known) {
        answer.failure = AVERAGE_NO_KNOWN_PODS;
        return answer;
    }
    answer.utilization = ratio.utilization;
    answer.average_milli = ratio.average_milli;
    answer.replicas = replicas_of(question, &totals, ratio.ratio);
    return answer;
}

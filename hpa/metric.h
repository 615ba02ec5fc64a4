/*
 * One metric of the spec: what it proposes and what it shows in status.currentMetrics, or why it could not be read.
 */
#ifndef HPA_METRIC_H
#define HPA_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buffer.h"
#include "hpa/average.h"
#include "hpa/grouping.h"
#include "hpa/hpa.h"
#include "hpa/reason.h"

struct metric_question {
    const struct hpa_input *input;
    const struct hpa_metric_spec *metric;
    const struct hpa_metric_answer *answer; /* of the custom or external metrics API; never NULL */
    const char *namespace_name;
    struct tolerance tolerance;
    struct usage_table *usage; /* scratch */
    int64_t now;
};

struct metric_result {
    bool failed;
    enum reason reason; /* of the failure */
    int32_t replicas;
    struct hpa_metric_status status; /* all empty when failed */
    struct buffer cause;             /* of the failure, as event and condition tell it */
};

/* result->cause is initialised by the caller and used again; the rest is overwritten. */
void metric_decide(const struct metric_question *question, struct metric_result *result);

/* One for each metric type; called by metric_decide. */
void metric_resource_decide(const struct metric_question *question, struct metric_result *result);
void metric_pods_decide(const struct metric_question *question, struct metric_result *result);
void metric_object_decide(const struct metric_question *question, struct metric_result *result);
void metric_external_decide(const struct metric_question *question, struct metric_result *result);

/* For those: marks the result as failed. cause is cut when very long. */
void metric_fail(struct metric_result *result, enum reason reason, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* For Object and External metrics: sets replicas and status from one value, compared with the target as a whole or
 * shared among the replicas. False when the pods that such a count needs are not there (Value only). */
bool metric_decide_value(const struct metric_question *question, int64_t value_milli, struct metric_result *result);

/* For averages over pods: the cause as Kubernetes words it, for any failure but AVERAGE_FINE. Returns text. */
#define AVERAGE_FAILURE_SIZE 1024
char *average_failure_text(const struct average_answer *answer, const char *resource, char text[AVERAGE_FAILURE_SIZE]);

#endif

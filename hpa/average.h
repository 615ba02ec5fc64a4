/*
 * The count for a metric that is averaged over the target's pods: utilization (percent of request) or average value.
 */
#ifndef HPA_AVERAGE_H
#define HPA_AVERAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "hpa/grouping.h"
#include "hpa/hpa_input.h"
#include "hpa/replica_count.h"

struct average_question {
    const struct hpa_input *input;
    struct usage_table *usage; /* grouped */
    bool utilization;          /* target is a percentage of the request; else in thousandths */
    int64_t target;
    enum hpa_resource resource; /* utilization: whose requests */
    const char *container;      /* utilization: of this container alone; NULL: of all */
    struct tolerance tolerance;
};

enum average_failure {
    AVERAGE_FINE,
    AVERAGE_NO_PODS,         /* the selector selects none */
    AVERAGE_NO_SAMPLES,      /* of pods that count */
    AVERAGE_MISSING_REQUEST, /* pod and container tell where */
    AVERAGE_NO_KNOWN_PODS,   /* samples, but none of a pod with a request */
};

struct average_answer {
    enum average_failure failure;
    const char *pod; /* borrowed from the input */
    const char *container;
    int32_t replicas;
    int32_t utilization;
    int64_t average_milli;
};

struct average_answer average_decide(const struct average_question *question);

#endif

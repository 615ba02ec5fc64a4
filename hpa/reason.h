/*
 * Every reason that conditions and events carry, with the wording of its condition's message.
 */
#ifndef HPA_REASON_H
#define HPA_REASON_H

enum reason {
    REASON_NONE,
    REASON_SUCCEEDED_GET_SCALE,
    REASON_FAILED_GET_SCALE,
    REASON_READY_FOR_NEW_SCALE,
    REASON_SCALE_DOWN_STABILIZED,
    REASON_SCALE_UP_STABILIZED,
    REASON_SUCCEEDED_RESCALE,
    REASON_FAILED_UPDATE_SCALE,
    REASON_VALID_METRIC_FOUND,
    REASON_SCALING_DISABLED,
    REASON_FAILED_GET_RESOURCE_METRIC,
    REASON_FAILED_GET_CONTAINER_RESOURCE_METRIC,
    REASON_FAILED_GET_PODS_METRIC,
    REASON_FAILED_GET_OBJECT_METRIC,
    REASON_FAILED_GET_EXTERNAL_METRIC,
    REASON_INVALID_METRIC_SOURCE_TYPE,
    REASON_MISSING_SELECTOR,
    REASON_INVALID_SELECTOR,
    REASON_AMBIGUOUS_SELECTOR,
    REASON_DESIRED_WITHIN_RANGE,
    REASON_TOO_FEW_REPLICAS,
    REASON_TOO_MANY_REPLICAS,
    REASON_SCALE_UP_LIMIT,
    REASON_SCALE_DOWN_LIMIT,
    REASON_COUNT,
};

/* What a message has after its constant part. */
enum reason_detail {
    DETAIL_NONE,
    DETAIL_TEXT,   /* a cause */
    DETAIL_NUMBER, /* a replica count */
    DETAIL_METRIC, /* what a metric is called */
};

struct reason_words {
    const char *name;
    const char *message;
    enum reason_detail detail;
};

const struct reason_words *reason_words(enum reason reason);

#endif

#include "hpa/reason.h"

#define UNABLE_TO_COMPUTE "the HPA was unable to compute the replica count: "

static const struct reason_words words[REASON_COUNT] = {
    [REASON_NONE] = {"", "", DETAIL_NONE},
    [REASON_SUCCEEDED_GET_SCALE] = {"SucceededGetScale", "the HPA controller was able to get the target's current scale",
                                    DETAIL_NONE},
    [REASON_FAILED_GET_SCALE] = {"FailedGetScale",
                                 "the HPA controller was unable to get the target's current scale: ", DETAIL_TEXT},
    [REASON_READY_FOR_NEW_SCALE] = {"ReadyForNewScale", "recommended size matches current size", DETAIL_NONE},
    [REASON_SCALE_DOWN_STABILIZED] = {"ScaleDownStabilized",
                                      "recent recommendations were higher than current one, applying the highest recent "
                                      "recommendation",
                                      DETAIL_NONE},
    [REASON_SCALE_UP_STABILIZED] = {"ScaleUpStabilized",
                                    "recent recommendations were lower than current one, applying the lowest recent "
                                    "recommendation",
                                    DETAIL_NONE},
    [REASON_SUCCEEDED_RESCALE] = {"SucceededRescale", "the HPA controller was able to update the target scale to ",
                                  DETAIL_NUMBER},
    [REASON_FAILED_UPDATE_SCALE] = {"FailedUpdateScale",
                                    "the HPA controller was unable to update the target scale: ", DETAIL_TEXT},
    [REASON_VALID_METRIC_FOUND] = {"ValidMetricFound", "the HPA was able to successfully calculate a replica count from ",
                                   DETAIL_METRIC},
    [REASON_SCALING_DISABLED] = {"ScalingDisabled", "scaling is disabled since the replica count of the target is zero",
                                 DETAIL_NONE},
    [REASON_FAILED_GET_RESOURCE_METRIC] = {"FailedGetResourceMetric", UNABLE_TO_COMPUTE, DETAIL_TEXT},
    [REASON_FAILED_GET_CONTAINER_RESOURCE_METRIC] = {"FailedGetContainerResourceMetric", UNABLE_TO_COMPUTE, DETAIL_TEXT},
    [REASON_FAILED_GET_PODS_METRIC] = {"FailedGetPodsMetric", UNABLE_TO_COMPUTE, DETAIL_TEXT},
    [REASON_FAILED_GET_OBJECT_METRIC] = {"FailedGetObjectMetric", UNABLE_TO_COMPUTE, DETAIL_TEXT},
    [REASON_FAILED_GET_EXTERNAL_METRIC] = {"FailedGetExternalMetric", UNABLE_TO_COMPUTE, DETAIL_TEXT},
    [REASON_INVALID_METRIC_SOURCE_TYPE] = {"InvalidMetricSourceType", UNABLE_TO_COMPUTE, DETAIL_TEXT},
    [REASON_MISSING_SELECTOR] = {"InvalidSelector", "the HPA target's scale is missing a selector", DETAIL_NONE},
    [REASON_INVALID_SELECTOR] = {"InvalidSelector", "", DETAIL_TEXT},
    [REASON_AMBIGUOUS_SELECTOR] = {"AmbiguousSelector", "", DETAIL_TEXT},
    [REASON_DESIRED_WITHIN_RANGE] = {"DesiredWithinRange", "the desired count is within the acceptable range", DETAIL_NONE},
    [REASON_TOO_FEW_REPLICAS] = {"TooFewReplicas", "the desired replica count is less than the minimum replica count",
                                 DETAIL_NONE},
    [REASON_TOO_MANY_REPLICAS] = {"TooManyReplicas", "the desired replica count is more than the maximum replica count",
                                  DETAIL_NONE},
    [REASON_SCALE_UP_LIMIT] = {"ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate",
                               DETAIL_NONE},
    [REASON_SCALE_DOWN_LIMIT] = {"ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate",
                                 DETAIL_NONE},
};

const struct reason_words *reason_words(enum reason reason)
{
    return &words[reason];
}

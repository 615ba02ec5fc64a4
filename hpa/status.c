#include "hpa/autoscaler.h"

const char *hpa_condition_type_text(enum hpa_condition_type type)
{
    switch (type) {
    case HPA_ABLE_TO_SCALE:
        return "AbleToScale";
    case HPA_SCALING_ACTIVE:
        return "ScalingActive";
    case HPA_SCALING_LIMITED:
        return "ScalingLimited";
    }
    return "";
}

const char *hpa_metric_type_text(enum hpa_metric_type type)
{
    switch (type) {
    case HPA_METRIC_RESOURCE:
        return "Resource";
    case HPA_METRIC_CONTAINER_RESOURCE:
        return "ContainerResource";
    case HPA_METRIC_PODS:
        return "Pods";
    case HPA_METRIC_OBJECT:
        return "Object";
    case HPA_METRIC_EXTERNAL:
        return "External";
    case HPA_METRIC_UNKNOWN:
        break;
    }
    return "";
}

struct hpa_status hpa_status(const struct hpa_autoscaler *autoscaler)
{
    struct hpa_status status = {
        .has_last_scale_time = autoscaler->has_last_scale_time,
        .last_scale_time = autoscaler->last_scale_time,
        .current_replicas = autoscaler->current_replicas,
        .desired_replicas = autoscaler->desired_replicas,
        .metrics = autoscaler->metrics.present ? autoscaler->metrics.items : NULL,
        .metric_count = autoscaler->metrics.count,
        .condition_count = autoscaler->conditions.count,
    };
    for (size_t i = 0; i < autoscaler->conditions.count; i++) {
        const struct condition *condition = &autoscaler->conditions.items[i];
        status.conditions[i] = (struct hpa_condition){
            .type = condition->type,
            .status = condition->status,
            .reason = reason_words(condition->reason)->name,
            .last_transition = condition->last_transition,
        };
    }
    return status;
}

#include "hpa/hpa_spec.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct hpa_metric_spec default_metrics[] = {
    {.type = HPA_METRIC_RESOURCE, .name = "cpu", .target_type = HPA_TARGET_UTILIZATION, .target_utilization = 80},
};

static const struct hpa_policy default_scale_up_policies[] = {
    {.type = HPA_POLICY_PODS, .value = 4, .period_seconds = 15},
    {.type = HPA_POLICY_PERCENT, .value = 100, .period_seconds = 15},
};

static const struct hpa_policy default_scale_down_policies[] = {
    {.type = HPA_POLICY_PERCENT, .value = 100, .period_seconds = 15},
};

static void default_rules(struct hpa_scaling_rules *rules, const struct hpa_policy *policies, size_t count)
{
    if (rules->select_policy == HPA_SELECT_UNSET) {
        rules->select_policy = HPA_SELECT_MAX;
    }
    if (rules->policy_count == 0) {
        rules->policies = policies;
        rules->policy_count = count;
    }
}

void hpa_default_spec(struct hpa_spec *spec)
{
    if (!spec->has_min_replicas) {
        spec->has_min_replicas = true;
        spec->min_replicas = 1;
    }
    if (spec->metric_count == 0) {
        spec->metrics = default_metrics;
        spec->metric_count = COUNT_OF(default_metrics);
    }
    if (!spec->has_behavior) {
        return;
    }
    struct hpa_scaling_rules *up = &spec->behavior.scale_up;
    if (!up->has_stabilization_window) {
        up->has_stabilization_window = true;
        up->stabilization_window_seconds = 0;
    }
    default_rules(up, default_scale_up_policies, COUNT_OF(default_scale_up_policies));
    default_rules(&spec->behavior.scale_down, default_scale_down_policies, COUNT_OF(default_scale_down_policies));
}

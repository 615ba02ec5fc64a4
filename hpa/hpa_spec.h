/*
 * The spec of an autoscaling/v2 HorizontalPodAutoscaler as plain structs, and the defaults that the API server fills in.
 *
 * A zeroed member is an absent one. Everything pointed to is borrowed.
 */
#ifndef HPA_HPA_SPEC_H
#define HPA_HPA_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hpa_metric_type {
    HPA_METRIC_UNKNOWN, /* a type that this version does not know: InvalidMetricSourceType */
    HPA_METRIC_RESOURCE,
    HPA_METRIC_CONTAINER_RESOURCE,
    HPA_METRIC_PODS,
    HPA_METRIC_OBJECT,
    HPA_METRIC_EXTERNAL,
};

enum hpa_target_type {
    HPA_TARGET_NONE, /* none of the fields that the metric type allows was set */
    HPA_TARGET_UTILIZATION,
    HPA_TARGET_AVERAGE_VALUE,
    HPA_TARGET_VALUE,
};

struct hpa_object_reference {
    const char *api_version;
    const char *kind;
    const char *name;
};

struct hpa_metric_spec {
    enum hpa_metric_type type;
    const char *type_text;              /* the type as written; needed for HPA_METRIC_UNKNOWN only */
    const char *name;                   /* resource.name, containerResource.name or metric.name */
    const char *container;              /* ContainerResource only */
    struct hpa_object_reference object; /* Object only: describedObject */
    const char *selector;               /* metric.selector as Go prints a *LabelSelector; NULL (none) prints as "nil" */
    enum hpa_target_type target_type;
    int32_t target_utilization; /* percent */
    int64_t target_milli;       /* averageValue or value, in thousandths */
};

enum hpa_policy_type { HPA_POLICY_PODS, HPA_POLICY_PERCENT };

struct hpa_policy {
    enum hpa_policy_type type;
    int32_t value;
    int32_t period_seconds;
};

enum hpa_select_policy { HPA_SELECT_UNSET, HPA_SELECT_MAX, HPA_SELECT_MIN, HPA_SELECT_DISABLED };

struct hpa_scaling_rules {
    bool has_stabilization_window;
    int32_t stabilization_window_seconds;
    enum hpa_select_policy select_policy;
    const struct hpa_policy *policies;
    size_t policy_count;
    bool has_tolerance;
    double tolerance;
};

struct hpa_behavior {
    struct hpa_scaling_rules scale_up;
    struct hpa_scaling_rules scale_down;
};

struct hpa_spec {
    struct hpa_object_reference target; /* scaleTargetRef */
    bool has_min_replicas;
    int32_t min_replicas;
    int32_t max_replicas;
    const struct hpa_metric_spec *metrics;
    size_t metric_count;
    bool has_behavior; /* present, even when empty */
    struct hpa_behavior behavior;
};

/*
 * Fills in what the API server does: minReplicas 1; one cpu metric at 80% when there is none; with a behavior, the
 * rules' policies, select policy Max and the scale-up window 0. (Left absent: the scale-down window, which is the
 * controller's flag, and the tolerances.) Added arrays are constants; what was there stays.
 */
void hpa_default_spec(struct hpa_spec *spec);

#endif

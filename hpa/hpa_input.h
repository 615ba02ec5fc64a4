/*
 * What the controller knows at one sync, gathered by the caller. Everything is borrowed for one hpa_decide().
 *
 * A list that the API returned empty is an empty list; an API call that failed is an error text. Kubernetes words the
 * two differently ("no metrics returned from resource metrics API", "unable to fetch metrics from ...: TEXT").
 */
#ifndef HPA_HPA_INPUT_H
#define HPA_HPA_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The flags of kube-controller-manager; defaults in HPA_DEFAULT_FLAGS. */
struct hpa_flags {
    double tolerance;                  /* --horizontal-pod-autoscaler-tolerance */
    int64_t downscale_stabilization;   /* nanoseconds */
    int64_t cpu_initialization_period; /* nanoseconds */
    int64_t initial_readiness_delay;   /* nanoseconds */
};

#define HPA_DEFAULT_FLAGS                                                                                                        \
    ((struct hpa_flags){.tolerance = 0.1,                                                                                        \
                        .downscale_stabilization = INT64_C(300000000000),                                                        \
                        .cpu_initialization_period = INT64_C(300000000000),                                                      \
                        .initial_readiness_delay = INT64_C(30000000000)})

enum hpa_selector_state {
    HPA_SELECTOR_FINE,
    HPA_SELECTOR_MISSING,  /* scale.status.selector is empty */
    HPA_SELECTOR_INVALID,  /* it cannot be parsed: selector_error */
    HPA_SELECTOR_AMBIGUOUS /* some of its pods belong to other HPAs too: selector and hpas */
};

/* The scale subresource of the target. */
struct hpa_scale {
    const char *get_error; /* NULL, or why it could not be read; the rest does not count then */
    int32_t spec_replicas;
    int32_t status_replicas;
    enum hpa_selector_state selector_state;
    const char *selector;       /* as text, "app=web"; AMBIGUOUS only */
    const char *selector_error; /* INVALID only */
    const char *const *hpas;    /* AMBIGUOUS only: "namespace/name" of each HPA that selects the pods, this one included */
    size_t hpa_count;
};

/* What the two resources are called in arrays. */
enum hpa_resource { HPA_RESOURCE_CPU, HPA_RESOURCE_MEMORY, HPA_RESOURCE_COUNT };

/* One container of a pod (restartable init containers are containers too), or of a pod's sample. */
struct hpa_container {
    const char *name;
    bool has[HPA_RESOURCE_COUNT];      /* whether the request (usage) is there */
    int64_t milli[HPA_RESOURCE_COUNT]; /* request, or usage */
};

enum hpa_pod_phase { HPA_POD_PENDING, HPA_POD_RUNNING, HPA_POD_SUCCEEDED, HPA_POD_FAILED, HPA_POD_UNKNOWN };
enum hpa_ready { HPA_READY_ABSENT, HPA_READY_TRUE, HPA_READY_FALSE, HPA_READY_UNKNOWN };

/* A pod that the target's selector selects. */
struct hpa_pod {
    const char *name;
    enum hpa_pod_phase phase;
    bool deleting; /* has a deletionTimestamp */
    bool has_start_time;
    int64_t start_time;
    enum hpa_ready ready; /* the Ready condition */
    int64_t ready_transition;
    const struct hpa_container *containers; /* requests */
    size_t container_count;
};

/* One item of metrics.k8s.io. The search for its pod is quick when samples and pods come in the same order. */
struct hpa_pod_sample {
    const char *pod;
    int64_t timestamp;
    int64_t window;                         /* nanoseconds */
    const struct hpa_container *containers; /* usage */
    size_t container_count;
};

struct hpa_pod_samples {
    const char *error; /* NULL, or why the API call failed */
    const struct hpa_pod_sample *items;
    size_t count;
};

/* One value of custom.metrics.k8s.io (Pods metrics: one a pod) or external.metrics.k8s.io (any number, summed). */
struct hpa_metric_value {
    const char *pod; /* Pods metrics only */
    int64_t milli;
};

/* What the custom or external metrics API answered for one metric of the spec. Object metrics have one value. */
struct hpa_metric_answer {
    const char *error; /* NULL, or why the API call failed */
    const struct hpa_metric_value *values;
    size_t count;
};

struct hpa_input {
    struct hpa_flags flags;
    struct hpa_scale scale;
    const struct hpa_pod *pods; /* in the order of the pod list */
    size_t pod_count;
    struct hpa_pod_samples samples; /* for Resource and ContainerResource metrics */

    /* One for each metric of the spec, in its order; those of Resource and ContainerResource metrics are not looked at. Missing
     * ones at the end count as empty. */
    const struct hpa_metric_answer *answers;
    size_t answer_count;
};

#endif

/*
 * Test data: Kubernetes objects in the shape that a real API server gives them, cut to what the analysis reads. The
 * caller deletes the trees.
 */
#ifndef TESTS_UNIT_DRIVER_EXAMPLE_EXAMPLE_OBJECTS_H
#define TESTS_UNIT_DRIVER_EXAMPLE_EXAMPLE_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/json.h"

struct pod_state {
    const char *name;
    bool probe; /* has a readiness probe */
    bool scheduled, running, terminated, ready, deleting;
    int64_t created_wall;
    int number; /* makes its uid */
};

/* A pod of the Deployment webapp: 100m CPU requested. */
cJSON *example_pod(const struct pod_state *state);

/* Its endpoint slice, with these pods. */
cJSON *example_slice(const struct pod_state *states, size_t count);

cJSON *example_event(const char *kind, const char *name, const char *reason, const char *message, const char *type);

struct hpa_state {
    int current, desired;
    int utilization;    /* percent; negative = no metric */
    const char *reason; /* without a metric: of ScalingActive=False; "" = no conditions yet */
};

/* Target 50% CPU of webapp, 1 to 10 replicas. */
cJSON *example_hpa(const struct hpa_state *state);

cJSON *example_deployment(int replicas);

struct usage_item {
    const char *pod;
    double millicores;
};

cJSON *example_usage(int64_t wall, int window_seconds, const struct usage_item *items, size_t count);

#endif

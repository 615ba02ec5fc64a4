/*
 * Facts about a Pod's tree that several controllers need.
 */
#ifndef CLUSTER_CONTROLLERS_POD_H
#define CLUSTER_CONTROLLERS_POD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

/* Succeeded or Failed. */
bool pod_is_terminal(const cJSON *pod);

/* Neither terminal nor being deleted: one that a ReplicaSet counts. */
bool pod_is_active(const cJSON *pod);

bool pod_is_ready(const cJSON *pod);

/* When the Ready condition became what it is; 0 when unknown. Nanoseconds of wall time. */
int64_t pod_ready_transition(const cJSON *pod);

/* Ready for at least min_ready_seconds. */
bool pod_is_available(const cJSON *pod, int64_t min_ready_seconds, int64_t wall);

const char *node_of_pod(const cJSON *pod); /* "" when not scheduled */
const char *phase_of_pod(const cJSON *pod);

/* What the scheduler reserves: the containers' requests together, or the largest init container's when that is more. */
struct pod_requests {
    int64_t cpu_millicores;
    int64_t memory_bytes;
};
struct pod_requests pod_requests(const cJSON *pod);

#endif

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

/* spec.priority; 0 when there is none. */
int64_t pod_priority(const cJSON *pod);

/* What the scheduler reserves: the containers' requests together with those of sidecars, or what an init container needs
 * when that is more; the pod's own (spec.resources) in place of that; its overhead on top. */
struct pod_requests {
    int64_t cpu_millicores;
    int64_t memory_bytes;
    int64_t storage_bytes; /* ephemeral-storage */
};
struct pod_requests pod_requests(const cJSON *pod);

/* The same for scores, where a container that asks for no cpu or no memory counts with 100m and 200 MB, so that pods
 * without requests spread too. */
struct pod_requests pod_scored_requests(const cJSON *pod);

/* Any resource by its name, such as "example.com/device". */
int64_t pod_request_of(const cJSON *pod, const char *resource);

#endif

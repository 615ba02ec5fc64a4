/*
 * Taints of nodes and the tolerations of pods, for the scheduler and for eviction.
 */
#ifndef CLUSTER_CONTROLLERS_TAINTS_H
#define CLUSTER_CONTROLLERS_TAINTS_H

#include <stdbool.h>

#include "common/json.h"

#define TAINT_UNSCHEDULABLE "node.kubernetes.io/unschedulable"
#define TAINT_NOT_READY "node.kubernetes.io/not-ready"
#define TAINT_UNREACHABLE "node.kubernetes.io/unreachable"

bool toleration_matches(const cJSON *toleration, const cJSON *taint);

/* Some toleration of the pod matches the taint. */
bool pod_tolerates(const cJSON *pod, const cJSON *taint);

bool taint_has_effect(const cJSON *taint, const char *effect);

/* The first taint of the node that keeps new pods away (NoSchedule, NoExecute) and that the pod does not tolerate; NULL
 * when there is none. */
const cJSON *untolerated_taint(const cJSON *node, const cJSON *pod);

#endif

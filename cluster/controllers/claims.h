/*
 * PersistentVolumeClaims of pods: which pod uses which, and what keeps a pod from being placed because of them.
 */
#ifndef CLUSTER_CONTROLLERS_CLAIMS_H
#define CLUSTER_CONTROLLERS_CLAIMS_H

#include "cluster/controllers/view.h"

/* Whether one of the pod's volumes is the claim of this name (of the pod's namespace). */
bool pod_uses_claim(const cJSON *pod, const char *claim);

/* Calls visit with the name of each claim that the pod's volumes name. */
void pod_visit_claims(const cJSON *pod, void (*visit)(const char *claim, void *context), void *context);

/* Why the pod cannot go to any node, in the words of kube-scheduler's VolumeBinding; the caller frees it. NULL: its claims
 * are bound, or it has none. */
char *claims_problem(const struct view *view, const struct object *pod);

#endif

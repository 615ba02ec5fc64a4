/*
 * Ending a pod on the cluster's behalf: the condition DisruptionTarget says why, then the pod is deleted.
 */
#ifndef CLUSTER_CONTROLLERS_DISRUPTION_H
#define CLUSTER_CONTROLLERS_DISRUPTION_H

#include "cluster/controllers/runtime.h"

struct disruption {
    const char *reason; /* such as "PreemptionByScheduler" */
    const char *message;
    bool node_is_gone; /* nobody is left to end it: the pod fails and goes at once */
};

/* 1 when the pod was marked and deleted, 0 when it was gone already, -1 with a Status. */
int disrupt_pod(struct runtime *runtime, const struct object *pod, const struct disruption *disruption, struct status *status);

#endif

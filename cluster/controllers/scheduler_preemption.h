/*
 * Makes room for a pod that fits nowhere: the pods of lower priority of one node that have to go for it, chosen as
 * kube-scheduler's DefaultPreemption does, without a look at PodDisruptionBudgets.
 */
#ifndef CLUSTER_CONTROLLERS_SCHEDULER_PREEMPTION_H
#define CLUSTER_CONTROLLERS_SCHEDULER_PREEMPTION_H

#include "cluster/controllers/runtime.h"
#include "cluster/controllers/scheduler_filters.h"

struct preemption {
    const struct object *node; /* NULL: nobody's end would help; message says why */
    const struct object **victims;
    size_t count;
    bool keeps_nomination; /* the pod goes on waiting for the room that is being made */
    char *message;
};

/* rejections: why each node of the snapshot does not fit now. The snapshot is as before when this returns. */
void preemption_plan(struct snapshot *snapshot, const struct object *pod, const struct rejection *rejections,
                     struct preemption *preemption);
void preemption_release(struct preemption *preemption);

/* Ends the victims, each with its grace period. -1 with a Status. */
int preemption_carry_out(struct runtime *runtime, const struct object *pod, const struct preemption *preemption,
                         struct status *status);

#endif

/*
 * What speaks against a node for a pod: kube-scheduler's filters, in its order, with its words. The first filter that
 * rejects a node is the last to be asked.
 */
#ifndef CLUSTER_CONTROLLERS_SCHEDULER_FILTERS_H
#define CLUSTER_CONTROLLERS_SCHEDULER_FILTERS_H

#include "cluster/controllers/pod_affinity.h"
#include "cluster/controllers/scheduler_snapshot.h"
#include "cluster/controllers/topology_spread.h"

/* A pod to be placed, and what of it is worked out once for all nodes; true for the snapshot that it was made for. */
struct placement {
    const struct object *object;
    const cJSON *pod;
    struct pod_requests wanted;
    struct pod_affinity affinity;
    struct topology_spread spread;
};

void placement_make(struct placement *placement, const struct snapshot *snapshot, const struct object *pod);
void placement_release(struct placement *placement);

/* cpu, memory, storage, number of pods, and the extended resources of one pod. */
#define REJECTION_REASONS 8

struct rejection {
    char *reasons[REJECTION_REASONS]; /* owned */
    size_t count;                     /* 0: the node fits */
    bool unresolvable;                /* no pod that left the node would change it */
};

void rejection_release(struct rejection *rejection);

/* True when the node fits, else why it does not. */
bool node_fits(const struct placement *placement, const struct scheduling_node *node, struct rejection *rejection);

#endif

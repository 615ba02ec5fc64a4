/*
 * Affinity and anti-affinity of a pod to be placed, and of the pods that are there, to each other.
 */
#ifndef CLUSTER_CONTROLLERS_POD_AFFINITY_H
#define CLUSTER_CONTROLLERS_POD_AFFINITY_H

#include "cluster/controllers/affinity_term.h"
#include "cluster/controllers/scheduler_snapshot.h"
#include "cluster/controllers/topology.h"

/* What the required terms say of each place; true for the snapshot as it was when this was made. */
struct pod_affinity {
    struct affinity_terms affinity, anti_affinity; /* of the pod */
    struct topology_counts wanted;                 /* pods there that match every affinity term */
    struct topology_counts avoided;                /* pods there that match an anti-affinity term */
    struct topology_counts refused;                /* pods there with an anti-affinity term that matches the pod */
    bool matches_itself;                           /* the pod fulfils its own affinity terms */
};

void pod_affinity_make(struct pod_affinity *affinity, const struct snapshot *snapshot, const cJSON *pod);
void pod_affinity_release(struct pod_affinity *affinity);

enum pod_affinity_verdict { POD_AFFINITY_FITS, POD_AFFINITY_MISSING, POD_AFFINITY_AVOIDED, POD_AFFINITY_REFUSED };
enum pod_affinity_verdict pod_affinity_judge(const struct pod_affinity *affinity, const cJSON *node);

/* The weights of the preferred terms (required affinity of pods that are there counts with 1), by place. The caller
 * releases them. */
struct topology_counts pod_affinity_preferences(const struct snapshot *snapshot, const cJSON *pod);
int64_t pod_affinity_preference(const struct topology_counts *preferences, const cJSON *node);

#endif

/*
 * topologySpreadConstraints of a pod: how evenly its like are spread over places, what a node would do to that, and the
 * spreading over nodes and zones that pods of a Service, ReplicaSet or StatefulSet get when they ask for none.
 */
#ifndef CLUSTER_CONTROLLERS_TOPOLOGY_SPREAD_H
#define CLUSTER_CONTROLLERS_TOPOLOGY_SPREAD_H

#include <stdbool.h>

#include "cluster/api/selector.h"
#include "cluster/controllers/scheduler_snapshot.h"
#include "cluster/controllers/topology.h"

struct spread_constraint {
    const char *topology_key;
    int64_t most_skew, least_domains;
    bool honor_affinity, honor_taints;
    const cJSON *tree;              /* NULL: one of the defaults */
    struct selector *selector;      /* of tree */
    struct topology_counts domains; /* pods that match, by place; places without any are there with 0 */
};

struct topology_spread {
    const cJSON *pod;
    const struct view *view;
    struct spread_constraint *constraints;
    size_t count;
    bool by_default;
    struct selector **like; /* what pods must match to count for the defaults */
    size_t like_count;
};

/* Hard: those with whenUnsatisfiable DoNotSchedule; else those with ScheduleAnyway, or the defaults. */
void topology_spread_make(struct topology_spread *spread, const struct snapshot *snapshot, const cJSON *pod, bool hard);
void topology_spread_release(struct topology_spread *spread);

enum topology_spread_verdict { SPREAD_FITS, SPREAD_SKEWED, SPREAD_NO_LABEL };
enum topology_spread_verdict topology_spread_judge(const struct topology_spread *spread, const cJSON *node);

/* How crowded the node's places are: more is worse. -1 for a node that does not take part. */
int64_t topology_spread_crowding(const struct topology_spread *spread, const struct scheduling_node *node);

#endif

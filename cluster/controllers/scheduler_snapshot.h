/*
 * The nodes with what is on them, as the scheduler sees them while it places one pod. Preemption takes pods out and puts
 * them back to see what would fit then. Objects belong to the view that the snapshot was taken of.
 */
#ifndef CLUSTER_CONTROLLERS_SCHEDULER_SNAPSHOT_H
#define CLUSTER_CONTROLLERS_SCHEDULER_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "cluster/controllers/pod.h"
#include "cluster/controllers/view.h"

struct scheduling_node {
    const struct object *object;
    const cJSON *tree;
    struct pod_requests allocatable;
    int64_t most_pods;
    const struct object **pods; /* assigned to the node and not over; those that are being deleted count */
    size_t pod_count;
    struct pod_requests requested, scored; /* of its pods together; pod.h tells the two apart */
    struct pod_requests nominated;         /* of pods that wait for room here and come first */
    int64_t nominated_count;
};

struct snapshot {
    const struct view *view;
    struct scheduling_node *nodes; /* in the order of their names */
    size_t count;
};

void snapshot_take(struct snapshot *snapshot, const struct view *view);
void snapshot_release(struct snapshot *snapshot);

/* Keeps the room that was made for other pods with at least this pod's priority. */
void snapshot_keep_nominated(struct snapshot *snapshot, const struct object *pod);

void snapshot_remove_pod(struct scheduling_node *node, const struct object *pod);
void snapshot_add_pod(struct scheduling_node *node, const struct object *pod);

/* The value of a node's label; NULL when it has none. */
const char *node_label(const cJSON *node, const char *key);

#endif

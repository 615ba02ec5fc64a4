/*
 * Which of the nodes that fit is the best: kube-scheduler's scores with its weights, each from 0 to 100 over the nodes
 * that fit. Images are here on every node, so that ImageLocality says nothing.
 */
#ifndef CLUSTER_CONTROLLERS_SCHEDULER_SCORES_H
#define CLUSTER_CONTROLLERS_SCHEDULER_SCORES_H

#include "cluster/controllers/scheduler_snapshot.h"

/* The first of the nodes with the highest sum (kube-scheduler takes any of them). count is not 0. */
const struct scheduling_node *best_node(const struct snapshot *snapshot, const struct scheduling_node *const *fitting,
                                        size_t count, const cJSON *pod);

#endif

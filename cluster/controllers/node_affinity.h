/*
 * nodeSelector and spec.affinity.nodeAffinity of a pod against the labels and the name of a node.
 */
#ifndef CLUSTER_CONTROLLERS_NODE_AFFINITY_H
#define CLUSTER_CONTROLLERS_NODE_AFFINITY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

/* nodeSelector and the required terms hold. */
bool node_affinity_matches(const cJSON *pod, const cJSON *node);

/* False when every required term names its nodes (matchFields metadata.name In) and this node is not among them. */
bool node_affinity_names(const cJSON *pod, const cJSON *node);

/* The weights of the preferred terms that hold, together. */
int64_t node_affinity_preference(const cJSON *pod, const cJSON *node);

#endif

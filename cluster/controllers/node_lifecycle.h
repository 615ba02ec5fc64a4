/*
 * Taints nodes by what their conditions and spec.unschedulable say, as kube-controller-manager's node-lifecycle controller
 * does. Keys: nodes.
 */
#ifndef CLUSTER_CONTROLLERS_NODE_LIFECYCLE_H
#define CLUSTER_CONTROLLERS_NODE_LIFECYCLE_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions node_lifecycle_functions;

#endif

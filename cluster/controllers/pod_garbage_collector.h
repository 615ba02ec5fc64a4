/*
 * Removes pods whose node is gone, after a time in which it may come back, as kube-controller-manager's
 * pod-garbage-collector does. Keys: names of nodes.
 */
#ifndef CLUSTER_CONTROLLERS_POD_GARBAGE_COLLECTOR_H
#define CLUSTER_CONTROLLERS_POD_GARBAGE_COLLECTOR_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions pod_garbage_collector_functions;

#endif

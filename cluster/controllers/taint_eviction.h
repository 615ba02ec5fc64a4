/*
 * Ends pods on nodes with NoExecute taints that they do not tolerate, or tolerate no longer, as kube-controller-manager's
 * taint-eviction controller does. Keys: pods.
 */
#ifndef CLUSTER_CONTROLLERS_TAINT_EVICTION_H
#define CLUSTER_CONTROLLERS_TAINT_EVICTION_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions taint_eviction_functions;

#endif

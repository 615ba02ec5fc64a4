/*
 * ReplicaSets: as many pods as wanted. Keys: replicasets.
 */
#ifndef CLUSTER_CONTROLLERS_REPLICASET_H
#define CLUSTER_CONTROLLERS_REPLICASET_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions replicaset_functions;

#endif

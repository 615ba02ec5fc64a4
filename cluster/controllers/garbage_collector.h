/*
 * Deletes what has lost its owners (ownerReferences), and does the owners' part of foreground and orphan deletion.
 * Keys: "RESOURCE NUMBER namespace/name" of dependents and of owners that wait for theirs.
 */
#ifndef CLUSTER_CONTROLLERS_GARBAGE_COLLECTOR_H
#define CLUSTER_CONTROLLERS_GARBAGE_COLLECTOR_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions garbage_collector_functions;

#endif

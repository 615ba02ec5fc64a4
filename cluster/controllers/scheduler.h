/*
 * The scheduler: gives each pod a node that its requests and nodeSelector fit, the least loaded one, and says why when
 * there is none. Keys: pods.
 */
#ifndef CLUSTER_CONTROLLERS_SCHEDULER_H
#define CLUSTER_CONTROLLERS_SCHEDULER_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions scheduler_functions;

#endif

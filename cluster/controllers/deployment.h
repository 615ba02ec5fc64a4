/*
 * Deployments: a ReplicaSet for each pod template, rolled out as the strategy says. Keys: deployments.
 */
#ifndef CLUSTER_CONTROLLERS_DEPLOYMENT_H
#define CLUSTER_CONTROLLERS_DEPLOYMENT_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions deployment_functions;

#endif

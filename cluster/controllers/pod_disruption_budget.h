/*
 * Writes into each PodDisruptionBudget's status what it allows now.
 */
#ifndef CLUSTER_CONTROLLERS_POD_DISRUPTION_BUDGET_H
#define CLUSTER_CONTROLLERS_POD_DISRUPTION_BUDGET_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions pod_disruption_budget_functions;

#endif

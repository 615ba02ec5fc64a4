/*
 * The HorizontalPodAutoscaler controller: gathers what hpa/ decides upon, every sync period, and writes what it decided.
 * Keys: horizontalpodautoscalers.
 */
#ifndef CLUSTER_CONTROLLERS_HORIZONTAL_H
#define CLUSTER_CONTROLLERS_HORIZONTAL_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions horizontal_functions;

#endif

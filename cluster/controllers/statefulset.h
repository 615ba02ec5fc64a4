/*
 * StatefulSets: pods with stable names (SET-0, SET-1, ...) and claims of their own, made and ended in the order of their
 * ordinals. Keys: statefulsets. The rules are those of Kubernetes's statefulset controller.
 */
#ifndef CLUSTER_CONTROLLERS_STATEFULSET_H
#define CLUSTER_CONTROLLERS_STATEFULSET_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions statefulset_functions;

#endif

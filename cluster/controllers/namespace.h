/*
 * Empties namespaces that are being deleted, then lets them go. Keys: namespaces.
 */
#ifndef CLUSTER_CONTROLLERS_NAMESPACE_H
#define CLUSTER_CONTROLLERS_NAMESPACE_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions namespace_functions;

#endif

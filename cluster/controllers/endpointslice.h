/*
 * EndpointSlices of Services that have a selector. Keys: services.
 */
#ifndef CLUSTER_CONTROLLERS_ENDPOINTSLICE_H
#define CLUSTER_CONTROLLERS_ENDPOINTSLICE_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions endpointslice_functions;

#endif

/*
 * Which pods are a workload's replicas.
 */
#ifndef DRIVER_OBSERVE_WORKLOAD_H
#define DRIVER_OBSERVE_WORKLOAD_H

#include <stdbool.h>

#include "common/json.h"

/* The owner that controls an object; NULL = none. Belongs to the object. */
const cJSON *object_controller(const cJSON *object);

/* Whether the pods that owner (its name) controls are replicas of the workload: it is the workload itself, as with a
 * StatefulSet, or one of its ReplicaSets, whose name has a dash and a hash behind the workload's. workload "": any is, but
 * the generators of the load. */
bool workload_has_owner(const char *workload, const char *owner);

/* Whether the workload of this name is the one that is meant; "": any is, but the generators of the load. */
bool workload_is(const char *workload, const char *name);

/* The name of the Deployment whose pods are generators of the load. */
#define WORKLOAD_GENERATORS "generators"

/* The name behind the slash of "deployment/NAME"; NULL when there is no slash: the name of an HPA. */
const char *workload_of_watched(const char *watched);

#endif

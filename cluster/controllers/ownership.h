/*
 * ownerReferences: which object controls which.
 */
#ifndef CLUSTER_CONTROLLERS_OWNERSHIP_H
#define CLUSTER_CONTROLLERS_OWNERSHIP_H

#include <stdbool.h>

#include "cluster/api/object.h"

/* The reference with `controller: true`; NULL when there is none. */
const cJSON *controller_reference(const cJSON *tree);

/* The uid of the controller; "" when there is none. */
const char *controller_uid(const cJSON *tree);

bool is_controlled_by(const cJSON *tree, const struct object *owner);

/* A new controller reference (blockOwnerDeletion included) to owner; the caller owns it. */
cJSON *make_controller_reference(const struct object *owner);

/* A pod of this template that the owner controls, with a generateName of the owner's name; for the caller to create. */
cJSON *make_pod_of_template(const struct object *owner, const cJSON *template);

/* Removes every reference to a uid; false when there was none. An empty list is removed too. */
bool remove_owner(cJSON *tree, const char *uid);

bool is_being_deleted(const cJSON *tree);

/* metadata.finalizers */
bool has_finalizer(const cJSON *tree, const char *finalizer);
void remove_finalizer(cJSON *tree, const char *finalizer);

/* A time at metadata.creationTimestamp, in nanoseconds of wall time; 0 when there is none. */
int64_t creation_time(const cJSON *tree);

#endif

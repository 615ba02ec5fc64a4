/*
 * How the store makes objects, and others those that are not stored. Nobody else includes this.
 */
#ifndef CLUSTER_API_OBJECT_INTERNAL_H
#define CLUSTER_API_OBJECT_INTERNAL_H

#include "cluster/api/object.h"

/* An object of the tree with metadata.resourceVersion set to version (0: none), kind and apiVersion (when present) moved to the
 * front; one reference, owned by the caller. */
struct object *object_create(enum resource_id resource, cJSON *tree_take, uint64_t version);

#endif

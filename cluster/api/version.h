/*
 * Resources that are served in versions beside the stored one: the same objects in another shape. A version is a struct
 * resource with a conversion (resource.c lists them); requests are converted on their way in, answers on their way out,
 * and everything in between knows the stored version alone.
 */
#ifndef CLUSTER_API_VERSION_H
#define CLUSTER_API_VERSION_H

#include "cluster/api/object.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"

struct conversion {
    const struct schema *schema; /* the shape in this version */
    /* Both change a tree in place; apiVersion and kind are set by the callers. Members of wrong types are tolerated. */
    void (*to_stored)(cJSON *tree);
    void (*from_stored)(cJSON *tree);
};

/* The shape of objects in this version. */
const struct schema *version_schema(const struct resource *resource);

/* Converts what a client sent in this version. Checked first: members of wrong types are a 400. */
int version_take(const struct resource *resource, cJSON **tree, struct status *status);
/* The same without a check and without zero values for what is absent: for apply, where absent means not managed. */
void version_take_partial(const struct resource *resource, cJSON *tree);

/* A stored tree in this version; the caller deletes it. */
cJSON *version_tree(const struct resource *resource, const cJSON *stored);
/* A stored object in this version; a reference that the caller releases. */
struct object *version_object(const struct resource *resource, struct object *stored);

/* The shape of all custom objects: their metadata. */
extern const struct schema schema_custom;

extern const struct conversion conversion_autoscaler_v1, conversion_event_v1;

#endif

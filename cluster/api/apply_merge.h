/*
 * What server-side apply does to an object: lays a configuration over it, and takes away what the manager applied before
 * and leaves out now.
 */
#ifndef CLUSTER_API_APPLY_MERGE_H
#define CLUSTER_API_APPLY_MERGE_H

#include "cluster/api/schema.h"

/* The configuration over the live object. Keyed lists take the configuration's order; elements that it does not name keep
 * their place before the next one that it does. */
cJSON *apply_merge(const struct schema *schema, cJSON *live_take, const cJSON *configuration) __attribute__((warn_unused_result));

/* Removes the fields of the set `last` that nobody owns: neither `owned`, the union of what others own and what is applied
 * now, nor a field below them. */
void apply_prune(const struct schema *schema, cJSON *merged, const cJSON *last, const cJSON *owned);

#endif

/*
 * What a write of the registry does to metadata.managedFields (managed_fields.h): whose fields are whose afterwards.
 */
#ifndef CLUSTER_API_OWNERSHIP_H
#define CLUSTER_API_OWNERSHIP_H

#include "cluster/api/object.h"
#include "cluster/api/status.h"

/* An apply: the fields that it names, and whether it takes what others own. */
struct field_apply {
    const cJSON *set;
    bool force;
};

/* Takes managedFields out of an object (NULL when there are none); puts entries in, unless there are none. */
cJSON *ownership_take(cJSON *tree) __attribute__((warn_unused_result));
void ownership_put(cJSON *tree, cJSON *entries_take);

/* The entries of a new object as it is after its defaults, without its managedFields; the caller deletes them. given: what
 * the request says of them. apply: NULL for other writes. */
cJSON *ownership_of_new(const struct resource *resource, const cJSON *tree, const cJSON *given, const struct field_apply *apply)
    __attribute__((warn_unused_result));

/* The entries after a change from old to tree (complete, without managedFields). -1 with the Status of a conflict. */
int ownership_after_update(const struct object *old, const cJSON *tree, const cJSON *given, enum subresource subresource,
                           const struct field_apply *apply, cJSON **entries, struct status *status);

#endif

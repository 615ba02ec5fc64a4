/*
 * What a collection was at an earlier version, as far as the store's history goes back: for lists that are read in pages,
 * and for resourceVersionMatch=Exact.
 */
#ifndef CLUSTER_API_PAST_LIST_H
#define CLUSTER_API_PAST_LIST_H

#include "cluster/api/store.h"

/* The objects at that version, ordered by namespace and name; namespace NULL or "" for all. -1 when the history does not
 * reach back so far. A version of the future gives the present. */
int past_list(struct store *store, enum resource_id resource, const char *namespace, uint64_t version, struct object_list *list);

#endif

/*
 * The last changes of the store, oldest first, bounded in number and in bytes. Not thread-safe: the store's lock guards it.
 */
#ifndef CLUSTER_API_STORE_HISTORY_H
#define CLUSTER_API_STORE_HISTORY_H

#include "cluster/api/store.h"

struct store_history;

/* Keeps at most maximum_changes changes and maximum_bytes of their objects' text (at least one change). */
struct store_history *store_history_create(size_t maximum_changes, size_t maximum_bytes);
void store_history_destroy(struct store_history *history);

/* Adds a change; takes its references. */
void store_history_add(struct store_history *history, const struct watch_event *change);

/* Changes have positions 0, 1, 2, ... for ever; those in [first, end) are still here. */
uint64_t store_history_first(const struct store_history *history);
uint64_t store_history_end(const struct store_history *history);
const struct watch_event *store_history_at(const struct store_history *history, uint64_t position);

/* The position of the first change newer than version; -1 when changes after version have been forgotten. */
int64_t store_history_after(const struct store_history *history, uint64_t version);

#endif

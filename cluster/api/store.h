/*
 * The object store: every object of the cluster in memory, one growing resourceVersion over all of them, and a bounded
 * history from which watches read. Thread-safe. It knows nothing of kinds: what may be written is the registry's job
 * (registry.h), and nobody else calls the writing functions here.
 */
#ifndef CLUSTER_API_STORE_H
#define CLUSTER_API_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/api/object.h"

/* Changes kept for watches; a watch that is further behind gets 410 (as etcd after a compaction). */
#define STORE_HISTORY 20000
#define STORE_HISTORY_BYTES (24 * 1024 * 1024) /* of serialized objects; the older changes go first here too */

/* What the store holds, in bytes of serialized objects: above the first number the registry takes no new object, above the
 * second no change that makes one longer, so that there is room to clean up. Memory is some ten times that. */
#define STORE_BYTES_FULL (32 * 1024 * 1024)
#define STORE_BYTES_MAXIMUM (64 * 1024 * 1024)

struct store;

struct store *store_create(void);
/* Calls back for each change of a resource's objects, before the write returns and without other writes in between. One
 * such observer a store; it must not call the store. */
typedef void store_observer(const struct object *object, bool removed);
void store_follow(struct store *store, enum resource_id resource, store_observer *observer);
void store_destroy(struct store *store); /* every watch has been closed before */

/* A reference to the object, or NULL. namespace is "" for cluster-scoped resources. */
struct object *store_get(struct store *store, enum resource_id resource, const char *namespace, const char *name);

/* All objects of a resource in a namespace (NULL or "" = all), ordered by namespace, then name. */
void store_list(struct store *store, enum resource_id resource, const char *namespace, struct object_list *list);

uint64_t store_version(struct store *store);
size_t store_bytes(struct store *store); /* of all objects */

/* Writing (registry only). `tree_take` becomes the object's tree; metadata.resourceVersion is set by the store.
 * expected_version: 0 = do not care. put: new object or replacement. Returns a reference to what was stored, NULL when
 * the version that is there is not the expected one. remove returns false in that case or when nothing is there; the
 * removed object, with the new version, is handed out when `removed` is not NULL. */
struct object *store_put(struct store *store, enum resource_id resource, cJSON *tree_take, uint64_t expected_version);
bool store_remove(struct store *store, enum resource_id resource, const char *namespace, const char *name,
                  uint64_t expected_version, struct object **removed);

enum watch_event_type { WATCH_ADDED, WATCH_MODIFIED, WATCH_DELETED };

struct watch_event {
    enum watch_event_type type;
    struct object *object;   /* a reference the receiver releases; for WATCH_DELETED the last state, newer version */
    struct object *previous; /* a reference to the state before, NULL for WATCH_ADDED */
};

struct watch;

/* Follows changes after from_version (0 = from now on; objects that exist are not replayed: list first, then watch from
 * the list's version). resource may be RESOURCE_ANY, namespace NULL or "" for all. NULL when from_version is older than
 * the history. */
struct watch *store_watch_open(struct store *store, enum resource_id resource, const char *namespace, uint64_t from_version);
void store_watch_close(struct watch *watch);

/* An eventfd that is readable while events may wait; for poll and epoll. Do not read it: store_watch_next does. */
int store_watch_descriptor(const struct watch *watch);

/* Does not block: 1 = event filled, 0 = none now, -1 = fell out of the history: list again and open a new watch. */
int store_watch_next(struct watch *watch, struct watch_event *event);

/* The version up to which this watch has seen everything (for bookmarks). */
uint64_t store_watch_version(const struct watch *watch);

void watch_event_release(struct watch_event *event);

#endif

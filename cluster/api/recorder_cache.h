/*
 * The events written lately, found by what they say, oldest first. Not thread-safe: recorder.c locks.
 */
#ifndef CLUSTER_API_RECORDER_CACHE_H
#define CLUSTER_API_RECORDER_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/memory.h"

/* The most events that are kept; the one that was raised longest ago goes first. */
#define RECORDER_EVENTS 8192

struct recorded_event {
    struct recorded_event *older, *newer; /* by the time of the last occurrence */
    struct recorded_event *chain;         /* the next of the same bucket */
    char *key;                            /* all that makes two events alike */
    char *namespace;
    char *name; /* of the Event object */
    int64_t last_wall;
};

struct recorder_cache;

struct recorder_cache *recorder_cache_create(void);
void recorder_cache_destroy(struct recorder_cache *cache);

/* NULL when there is none. Belongs to the cache. */
struct recorded_event *recorder_cache_find(struct recorder_cache *cache, const char *key);

/* Puts the event at the new end with this time. */
void recorder_cache_touch(struct recorder_cache *cache, struct recorded_event *event, int64_t now_wall);
struct recorded_event *recorder_cache_add(struct recorder_cache *cache, const char *key, const char *namespace, const char *name,
                                          int64_t now_wall);
void recorder_cache_remove(struct recorder_cache *cache, struct recorded_event *event);

/* The oldest event when it is one too many or was raised before this time, else NULL. */
struct recorded_event *recorder_cache_surplus(struct recorder_cache *cache, int64_t before_wall);

#endif

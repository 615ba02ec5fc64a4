#include "cluster/api/recorder_cache.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096

struct recorder_cache {
    struct recorded_event *buckets[BUCKETS];
    struct recorded_event *oldest, *newest;
    size_t count;
};

struct recorder_cache *recorder_cache_create(void)
{
    return memory_allocate(1, sizeof(struct recorder_cache));
}

void recorder_cache_destroy(struct recorder_cache *cache)
{
    while (cache->oldest != NULL)
        recorder_cache_remove(cache, cache->oldest);
    free(cache);
}

/* FNV-1a. */
static struct recorded_event **bucket_of(struct recorder_cache *cache, const char *key)
{
    uint64_t hash = 14695981039346656037u;
    for (const char *at = key; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    return &cache->buckets[hash % BUCKETS];
}

static void unlink_age(struct recorder_cache *cache, struct recorded_event *event)
{
    *(event->older != NULL ? &event->older->newer : &cache->oldest) = event->newer;
    *(event->newer != NULL ? &event->newer->older : &cache->newest) = event->older;
}

static void link_newest(struct recorder_cache *cache, struct recorded_event *event)
{
    event->older = cache->newest;
    event->newer = NULL;
    *(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = event;
    cache->newest = event;
}

struct recorded_event *recorder_cache_find(struct recorder_cache *cache, const char *key)
{
    struct recorded_event *event = *bucket_of(cache, key);
    while (event != NULL && strcmp(event->key, key) != 0)
        event = event->chain;
    return event;
}

void recorder_cache_touch(struct recorder_cache *cache, struct recorded_event *event, int64_t now_wall)
{
    event->last_wall = now_wall;
    unlink_age(cache, event);
    link_newest(cache, event);
}

struct recorded_event *recorder_cache_add(struct recorder_cache *cache, const char *key, const char *namespace, const char *name,
                                          int64_t now_wall)
{
    struct recorded_event *event = memory_allocate(1, sizeof *event);
    struct recorded_event **bucket = bucket_of(cache, key);
    event->key = memory_copy_text(key);
    event->namespace = memory_copy_text(namespace);
    event->name = memory_copy_text(name);
    event->last_wall = now_wall;
    event->chain = *bucket;
    *bucket = event;
    link_newest(cache, event);
    cache->count++;
    return event;
}

void recorder_cache_remove(struct recorder_cache *cache, struct recorded_event *event)
{
    struct recorded_event **link = bucket_of(cache, event->key);
    while (*link != event)
        link = &(*link)->chain;
    *link = event->chain;
    unlink_age(cache, event);
    cache->count--;
    free(event->key);
    free(event->namespace);
    free(event->name);
    free(event);
}

struct recorded_event *recorder_cache_surplus(struct recorder_cache *cache, int64_t before_wall)
{
    bool surplus = cache->oldest != NULL && (cache->count > RECORDER_EVENTS || cache->oldest->last_wall < before_wall);
    return surplus ? cache->oldest : NULL;
}

/*
 * The cache that makes a young pod slow: entries that are built on first use, at a cost in CPU time and in waiting.
 * Only the cost is real, the entries hold nothing. Safe to use from many threads.
 */
#ifndef WEBAPP_CACHE_H
#define WEBAPP_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache;

enum cache_result {
    CACHE_NONE, /* there is no cache */
    CACHE_HIT,
    CACHE_MISS /* this use built the entry, or waited while another use built it */
};

struct cache_counts {
    uint64_t hits;
    uint64_t misses;
    uint64_t built; /* entries built so far */
};

/* cpu and wait: nanoseconds that building an entry costs. Lives as long as the process, like all of the pod. */
struct cache *cache_create(size_t entries, int64_t cpu, int64_t wait) __attribute__((warn_unused_result));

/* Uses entry (key modulo the number of entries). When it is not there it is built by the calling thread; who comes
 * while it is being built waits for it. */
enum cache_result cache_use(struct cache *cache, uint64_t key);

/* Every entry is built (always so when there are none). */
bool cache_is_warm(struct cache *cache);

/* Starts building every missing entry in a thread of its own, unless one is at it. Does not wait; counts no misses.
 * -1: no thread could be started. */
int cache_start_warming(struct cache *cache);

struct cache_counts cache_counts(struct cache *cache);

#endif

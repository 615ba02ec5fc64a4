#include "apps/webapp/cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "apps/webapp/burn.h"
#include "apps/webapp/worker.h"
#include "common/memory.h"

enum entry_state { ENTRY_MISSING, ENTRY_BUILDING, ENTRY_BUILT };

struct cache {
    pthread_mutex_t lock; /* guards what follows the costs */
    pthread_cond_t built_one;
    size_t entries;
    int64_t cpu;
    int64_t wait;
    unsigned char *states; /* enum entry_state, one for each entry */
    struct cache_counts counts;
    bool warming;
};

struct cache *cache_create(size_t entries, int64_t cpu, int64_t wait)
{
    struct cache *cache = memory_allocate(1, sizeof *cache);
    cache->entries = entries;
    cache->cpu = cpu;
    cache->wait = wait;
    cache->states = memory_allocate(entries + 1, sizeof *cache->states);
    pthread_mutex_init(&cache->lock, NULL);
    pthread_cond_init(&cache->built_one, NULL);
    return cache;
}

/* Makes sure that an entry is there. The lock is held on entry and on return, not while building. */
static void ensure_entry(struct cache *cache, size_t entry)
{
    while (cache->states[entry] == ENTRY_BUILDING)
        pthread_cond_wait(&cache->built_one, &cache->lock);
    if (cache->states[entry] == ENTRY_BUILT)
        return;
    cache->states[entry] = ENTRY_BUILDING;
    pthread_mutex_unlock(&cache->lock);
    burn_cpu(cache->cpu);
    burn_wait(cache->wait);
    pthread_mutex_lock(&cache->lock);
    cache->states[entry] = ENTRY_BUILT;
    cache->counts.built++;
    pthread_cond_broadcast(&cache->built_one);
}

enum cache_result cache_use(struct cache *cache, uint64_t key)
{
    if (cache->entries == 0)
        return CACHE_NONE;
    size_t entry = (size_t)(key % cache->entries);
    enum cache_result result = CACHE_HIT;
    pthread_mutex_lock(&cache->lock);
    if (cache->states[entry] == ENTRY_BUILT) {
        cache->counts.hits++;
    } else {
        result = CACHE_MISS;
        cache->counts.misses++;
        ensure_entry(cache, entry);
    }
    pthread_mutex_unlock(&cache->lock);
    return result;
}

bool cache_is_warm(struct cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    bool warm = cache->counts.built == cache->entries;
    pthread_mutex_unlock(&cache->lock);
    return warm;
}

static void *warm(void *argument)
{
    struct cache *cache = argument;
    pthread_mutex_lock(&cache->lock);
    for (size_t entry = 0; entry < cache->entries; entry++)
        ensure_entry(cache, entry);
    cache->warming = false;
    pthread_mutex_unlock(&cache->lock);
    return NULL;
}

int cache_start_warming(struct cache *cache)
{
    int status = 0;
    pthread_mutex_lock(&cache->lock);
    if (!cache->warming && cache->counts.built < cache->entries) {
        status = worker_start(warm, cache);
        cache->warming = status == 0;
    }
    pthread_mutex_unlock(&cache->lock);
    return status;
}

struct cache_counts cache_counts(struct cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    struct cache_counts counts = cache->counts;
    pthread_mutex_unlock(&cache->lock);
    return counts;
}

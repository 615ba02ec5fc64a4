#include "driver/load/addresses.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/random.h"

struct addresses {
    char *host;
    struct load_dns dns;
    load_resolver *resolve;
    void *context;
    bool running; /* the thread, which there is none of when names are looked up once */
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t ended;
    bool stop;
    uint64_t turn; /* of the next connection */
    size_t count;  /* at least 1 */
    struct in_addr list[LOAD_MOST_ADDRESSES];
};

static void look_up(struct addresses *addresses)
{
    struct in_addr found[LOAD_MOST_ADDRESSES];
    size_t count = addresses->resolve(addresses->context, addresses->host, found);
    if (count == 0)
        return;
    (void)pthread_mutex_lock(&addresses->lock);
    addresses->count = count;
    memcpy(addresses->list, found, count * sizeof *found);
    (void)pthread_mutex_unlock(&addresses->lock);
}

/* True when it is time to look up, false when it is over. */
static bool sleep_for_ttl(struct addresses *addresses)
{
    int64_t until = clock_monotonic() + addresses->dns.ttl;
    const struct timespec deadline = {.tv_sec = until / NANOSECONDS_PER_SECOND, .tv_nsec = until % NANOSECONDS_PER_SECOND};
    int code = 0;
    (void)pthread_mutex_lock(&addresses->lock);
    while (!addresses->stop && code != ETIMEDOUT)
        code = pthread_cond_timedwait(&addresses->ended, &addresses->lock, &deadline);
    bool stop = addresses->stop;
    (void)pthread_mutex_unlock(&addresses->lock);
    return !stop;
}

static void *run(void *context)
{
    struct addresses *addresses = context;
    while (sleep_for_ttl(addresses))
        look_up(addresses);
    return NULL;
}

struct addresses *addresses_create(const char *host, const struct load_dns *dns, load_resolver *resolve, void *context)
{
    struct addresses *addresses = memory_allocate(1, sizeof *addresses);
    pthread_condattr_t monotonic;
    *addresses = (struct addresses){
        .host = memory_copy_text(host), .dns = *dns, .resolve = resolve != NULL ? resolve : load_resolve_all, .context = context};
    (void)pthread_mutex_init(&addresses->lock, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&addresses->ended, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    look_up(addresses);
    if (addresses->count == 0) {
        addresses_destroy(addresses);
        return NULL;
    }
    addresses->running = dns->ttl > 0 && pthread_create(&addresses->thread, NULL, run, addresses) == 0;
    return addresses;
}

void addresses_destroy(struct addresses *addresses)
{
    if (addresses == NULL)
        return;
    (void)pthread_mutex_lock(&addresses->lock);
    addresses->stop = true;
    (void)pthread_cond_signal(&addresses->ended);
    (void)pthread_mutex_unlock(&addresses->lock);
    if (addresses->running)
        (void)pthread_join(addresses->thread, NULL);
    (void)pthread_cond_destroy(&addresses->ended);
    (void)pthread_mutex_destroy(&addresses->lock);
    free(addresses->host);
    free(addresses);
}

struct in_addr addresses_pick(struct addresses *addresses)
{
    (void)pthread_mutex_lock(&addresses->lock);
    uint64_t turn = addresses->dns.select == DNS_ROUND_ROBIN ? addresses->turn++ : 0;
    if (addresses->dns.select == DNS_RANDOM)
        random_fill(&turn, sizeof turn);
    struct in_addr picked = addresses->list[turn % addresses->count];
    (void)pthread_mutex_unlock(&addresses->lock);
    return picked;
}

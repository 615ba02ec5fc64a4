#include "kube/limit.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"

/* A little more than a second: a request may leave later than its moment (the machine is busy) and the next on time. */
#define WINDOW (NANOSECONDS_PER_SECOND + NANOSECONDS_PER_SECOND / 10)

static void start(struct limit *limit, unsigned most)
{
    limit->most = most < LIMIT_MAXIMUM ? most : LIMIT_MAXIMUM;
    limit->next = 0;
    limit->moments = memory_allocate(limit->most + 1, sizeof *limit->moments);
    for (unsigned i = 0; i < limit->most; i++)
        limit->moments[i] = INT64_MIN / 2;
}

void limit_open(struct limit *limit, unsigned most)
{
    (void)pthread_mutex_init(&limit->mutex, NULL);
    start(limit, most);
}

void limit_close(struct limit *limit)
{
    free(limit->moments);
    (void)pthread_mutex_destroy(&limit->mutex);
}

void limit_set(struct limit *limit, unsigned most)
{
    (void)pthread_mutex_lock(&limit->mutex);
    free(limit->moments);
    start(limit, most);
    (void)pthread_mutex_unlock(&limit->mutex);
}

bool limit_take(struct limit *limit, int64_t now, int64_t until, int64_t *moment)
{
    *moment = now;
    (void)pthread_mutex_lock(&limit->mutex);
    if (limit->most > 0) {
        int64_t free_from = limit->moments[limit->next] + WINDOW;
        *moment = free_from > now ? free_from : now;
        if (*moment <= until) {
            limit->moments[limit->next] = *moment;
            limit->next = (limit->next + 1) % limit->most;
        }
    }
    (void)pthread_mutex_unlock(&limit->mutex);
    return *moment <= until;
}

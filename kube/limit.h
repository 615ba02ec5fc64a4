/*
 * How often a client may ask: at most so many requests in any second, first come, first served. Any thread may ask.
 */
#ifndef KUBE_LIMIT_H
#define KUBE_LIMIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define LIMIT_MAXIMUM 1000

struct limit {
    pthread_mutex_t mutex;
    unsigned most; /* in a second; 0 = no limit. This and below: guarded by mutex */
    unsigned next; /* of the moments: the one that is the longest ago */
    int64_t *moments;
};

void limit_open(struct limit *limit, unsigned most);
void limit_close(struct limit *limit);

/* Another number; forgets what was. */
void limit_set(struct limit *limit, unsigned most);

/* The moment (now or later, monotonic) at which one more request may go, which is taken then; false when that would be
 * after until: nothing is taken. */
bool limit_take(struct limit *limit, int64_t now, int64_t until, int64_t *moment);

#endif

/*
 * What the files of the observer share. Private to this room.
 */
#ifndef DRIVER_OBSERVE_OBSERVER_H
#define DRIVER_OBSERVE_OBSERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "driver/observe/known.h"
#include "driver/observe/observe.h"

#define COLLECTION_COUNT 9

/* One thread that follows one collection. */
struct follower {
    struct observer *observer;
    const struct observed *collection;
    char *path;
    pthread_t thread;
    struct known known; /* this and in_gap: used by the thread alone */
    bool in_gap;
    bool listed; /* this and below: guarded by the observer's mutex */
    bool ended;
    struct error trouble; /* the last gap's or the end's; "" = none */
};

struct observer {
    struct observe_options options;
    char *metrics_path;
    atomic_bool stop;
    pthread_mutex_t mutex; /* held while the callback runs */
    pthread_cond_t changed;
    int64_t last_arrival;
    struct follower followers[COLLECTION_COUNT];
    size_t started;
    pthread_t poller;
    bool polling;
};

/* Calls back with the mutex held; sets the time of arrival. */
void observer_report(struct observer *observer, struct change change);

/* Waits with the mutex until a time (monotonic), a change of state or the end. */
void observer_wait_until(struct observer *observer, int64_t until);

/* The thread that polls metrics.k8s.io; context is the observer. */
void *observer_poll_metrics(void *context);

#endif

/*
 * What a generator knows; for the files of this room.
 */
#ifndef DRIVER_GENERATOR_GENERATOR_STATE_H
#define DRIVER_GENERATOR_GENERATOR_STATE_H

#include <pthread.h>

#include "driver/generator/generator.h"
#include "driver/generator/own_usage.h"
#include "driver/generator/sent_load.h"

struct generator {
    pthread_mutex_t lock;
    unsigned first_part; /* before there is a plan */
    enum wire_state state;
    bool stopping;    /* it runs and has been told to stop */
    bool terminating; /* it has been told to end */
    int64_t end_by;   /* monotonic: while it runs when it stops, then when it ends; INT64_MAX = not yet known */
    struct wire_plan plan;
    char *head; /* the plan without its epochs, as text */
    struct epochs *epochs;
    struct result_queue *queue;
    size_t load_count; /* that were made ready */
    struct sent_load **loads;
    int64_t asked;     /* monotonic: when who planned asked last: for results, or with a plan; 0 = never */
    int64_t completed; /* monotonic: when the last results were given out; 0 = not yet */
    int64_t at;        /* wall clock of the start; 0 = none */
    int64_t start;     /* monotonic, of the start */
    int64_t elapsed;   /* since it, when the load ended */
    int64_t settle_at; /* monotonic: when the totals are settled next */
    struct own_usage usage;
    int64_t look_at;            /* monotonic: when the next look is due */
    uint64_t looks, late_looks; /* since the start; late: 10 ms or more */
    struct error error;         /* why it failed */
};

/* The number of its part; the lock is held. */
unsigned generator_part(const struct generator *generator);

#endif

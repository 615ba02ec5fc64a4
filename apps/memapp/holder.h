/*
 * Holds the file in memory, in a thread of its own: maps it, waits for the period, unmaps it, looks again. Says in the log
 * what has changed, not what is as it was. Safe to use from many threads.
 */
#ifndef MEMAPP_HOLDER_H
#define MEMAPP_HOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "apps/memapp/mapping.h"
#include "common/error.h"

struct holder_settings {
    const char *path; /* borrowed until holder_destroy */
    enum map_mode mode;
    int64_t maximum; /* bytes of the file that count */
    int64_t period;  /* nanoseconds */
};

/* As of the last look. */
struct holder_state {
    bool looked; /* false: not even once, the rest is 0 */
    int64_t file_bytes;
    int64_t mapped_bytes; /* mapped and touched */
    uint64_t maps;        /* looks that mapped something */
    uint64_t failures;    /* looks at which the file could not be opened, mapped or touched to its end */
};

struct holder;

/* Starts looking. NULL: error. */
struct holder *holder_create(const struct holder_settings *settings, struct error *error) __attribute__((warn_unused_result));

/* From now on nobody waits: a resize that is under way fails, and so do later ones. */
void holder_stop(struct holder *holder);

/* Ends the thread and unmaps. No call may be under way. */
void holder_destroy(struct holder *holder);

void holder_read(struct holder *holder, struct holder_state *state);

/* Gives the file another size and waits until it was looked at; state becomes what that look found. -1: the file could not be
 * written or held, or the time for it ran out; the error says which. */
int holder_resize(struct holder *holder, int64_t bytes, struct holder_state *state, struct error *error);

#endif

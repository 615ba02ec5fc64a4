/*
 * How a generator is, and when it is told to start, as JSON.
 */
#ifndef DRIVER_WIRE_WIRE_STATUS_H
#define DRIVER_WIRE_WIRE_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "driver/wire/wire_plan.h"

#define WIRE_STATUS_MAXIMUM ((size_t)64 * 1024) /* bytes of text */
#define WIRE_TEXT_SIZE 512

enum wire_state {
    WIRE_IDLE,     /* there is no plan */
    WIRE_PLANNED,  /* there is one, and no start */
    WIRE_RUNNING,  /* started, or about to be at its moment */
    WIRE_FINISHED, /* all that it had to send has its outcome */
    WIRE_STOPPED,  /* ended before that, by POST /v1/stop or by a signal */
    WIRE_FAILED,   /* could not start; error says why */
    WIRE_STATE_COUNT
};

/* "idle", "planned", ... */
const char *wire_state_name(enum wire_state state);

struct wire_status {
    enum wire_state state;
    bool terminating;                /* has been told to end (SIGTERM): it sends no longer than the plan's drain */
    unsigned part;                   /* of the plan, or of the Job's index; 0 = not known yet */
    int64_t now;                     /* wall clock, nanoseconds since 1970: with the round trip's times it gives the skew */
    char plan[WIRE_ID_SIZE];         /* "" = none */
    size_t epochs;                   /* of the plan, so far */
    int64_t at;                      /* wall clock of the start; 0 = none */
    uint64_t next;                   /* batches made so far */
    uint64_t lost;                   /* batches thrown away before anybody asked for them */
    double cpu;                      /* of the process in the last second: share of one core */
    uint64_t memory;                 /* resident, bytes */
    int64_t lag;                     /* p99 of the lateness in the last second that had requests, nanoseconds */
    char limit[16];                  /* what was the limit so far: "none", "generator", "connections", "server" */
    char limit_text[WIRE_TEXT_SIZE]; /* how that shows, for people; "" = nothing was sent yet */
    char error[WIRE_TEXT_SIZE];      /* "" = none */
};

/* The status as text, which the caller frees; never NULL. */
char *wire_status_write(const struct wire_status *status) __attribute__((returns_nonnull, warn_unused_result));
int wire_status_read(const char *text, size_t length, struct wire_status *status, struct error *error);

/* POST /v1/start. */
struct wire_start {
    char plan[WIRE_ID_SIZE];
    int64_t at; /* wall clock of the generator's machine, nanoseconds since 1970 */
};

char *wire_start_write(const struct wire_start *start) __attribute__((returns_nonnull, warn_unused_result));
int wire_start_read(const char *text, size_t length, struct wire_start *start, struct error *error);

#endif

/*
 * What a load did: counts and histograms for each second, answering server and warmth, and single requests worth
 * keeping (exemplars). All times are nanoseconds since the load's start; a request belongs to the second of its
 * intended start, so the rows of one second may come in several parts, which add up.
 */
#ifndef DRIVER_LOAD_RESULT_H
#define DRIVER_LOAD_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/histogram.h"
#include "driver/load/request_spec.h"

enum load_outcome {
    OUTCOME_OK,
    OUTCOME_STATUS,  /* 4xx, 5xx */
    OUTCOME_REFUSED, /* no connection */
    OUTCOME_RESET,   /* connection cut before an answer */
    OUTCOME_TIMEOUT,
    OUTCOME_TRUNCATED, /* connection cut within the answer */
    OUTCOME_DROPPED,   /* never sent: no free connection within the limit */
    OUTCOME_ABORTED,   /* the run ended first */
    OUTCOME_COUNT
};

/* "ok", "status", ... */
const char *load_outcome_name(enum load_outcome outcome);

/* Lost: every outcome but ok, aborted and dropped. */
bool load_outcome_is_lost(enum load_outcome outcome);

enum load_warmth { WARMTH_UNKNOWN, WARMTH_COLD, WARMTH_WARM, WARMTH_COUNT };

#define LOAD_SERVER_SIZE 128

/* Answers with one HTTP status. */
struct load_status {
    int code; /* 0 = all those for which there was no room */
    uint64_t count;
};

#define LOAD_MOST_STATUSES 16

/* How often a check held. */
struct load_check_count {
    uint64_t passes, fails;
};

/* One second's results of one request of a load from one server in one warmth. */
struct load_row {
    unsigned part;                 /* which of several generators, from 1; 0 = there is only one */
    int64_t second;                /* of the intended start */
    char request[LOAD_NAME_SIZE];  /* its name; "" = it has none */
    char phase[LOAD_NAME_SIZE];    /* "" = none */
    char server[LOAD_SERVER_SIZE]; /* the pod's name from the answer; "" = unknown (no answer) */
    enum load_warmth warmth;
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t connections; /* new ones */
    uint64_t bytes_received, bytes_sent;
    size_t check_count; /* of the request */
    struct load_check_count checks[LOAD_MOST_CHECKS];
    int64_t first_sent; /* of the requests in this row; -1 = none sent */
    int64_t last_sent;
    int64_t last_connection;   /* latest new connection; -1 = none */
    struct histogram response; /* ok answers: intended start to last byte */
    struct histogram service;  /* ok answers: send (or connect begun) to last byte */
    size_t status_count;
    struct load_status statuses[LOAD_MOST_STATUSES];
};

/* The schedule's side of one second. */
struct load_tick {
    unsigned part; /* as a row's */
    int64_t second;
    char phase[LOAD_NAME_SIZE]; /* "" = none */
    double target_rate;         /* requests/s in the middle of the second; 0 for a closed model, whose rate is the server's */
    uint64_t planned;           /* intended starts within it; closed: requests that were begun */
    uint64_t sent;
    uint64_t late; /* sent more than 10 ms after their intended start */
    uint64_t dropped;
    uint64_t in_flight;        /* at its end */
    uint64_t vus;              /* closed: virtual users at its end; else 0 */
    double cpu;                /* of the engine's threads together: in shares of one core */
    uint64_t threads;          /* that these are; 0 = nobody said, which is one */
    struct histogram lateness; /* intended to actual start */
};

/* Counts answers with a status in a list of size places, of which the last is for those that find no room. */
void load_status_add(struct load_status *statuses, size_t *count, size_t size, int code, uint64_t number);

/* An empty row of what another one is of; histograms that were in it are cleared and keep their memory. */
void load_row_begin(struct load_row *row, const struct load_row *of);
void load_row_release(struct load_row *row);

/* Whether two rows are parts of the same one: of one second, request, server and warmth. */
bool load_row_matches(const struct load_row *row, const struct load_row *other);

/* Adds all of a row that matches; nothing is lost but single statuses beyond those that there is room for. */
void load_row_merge(struct load_row *row, const struct load_row *other);

/* Adds what another engine did in the same second of the same load. */
void load_tick_merge(struct load_tick *tick, const struct load_tick *other);

#define LOAD_FIRST_ANSWERS 10    /* of each server, that are kept one by one */
#define LOAD_MOST_EXEMPLARS 2000 /* a second */

#define LOAD_POD_SIZE 254
#define LOAD_REASON_SIZE 512
#define LOAD_NEVER INT64_MIN

/* One of several generators that send a load together, as far as that is known. */
struct load_generator {
    unsigned part;                 /* from 1 */
    char pod[LOAD_POD_SIZE];       /* its name */
    char node[LOAD_POD_SIZE];      /* where it runs */
    double share;                  /* of the load, from the moment it joined: 0 to 1 */
    int64_t joined;                /* its first share begins; nanoseconds since the start */
    int64_t clock_ahead;           /* its clock less the one here, nanoseconds */
    int64_t clock_error;           /* and how exactly that is known: more or less */
    int64_t start_skew;            /* how much later than planned it began, by its clock measured again after that */
    double cpu;                    /* of its process, in the busiest second that was looked at: share of one core */
    uint64_t memory;               /* of its process, the most that was seen, bytes */
    int64_t lost;                  /* when it was lost; LOAD_NEVER = it was not */
    char reason[LOAD_REASON_SIZE]; /* why; "" */
    uint64_t unsent;               /* requests of its part that came due after it was lost; 0 for closed models */
    uint64_t unknown;              /* and those before that, of which it had not told */
    double unsent_share;           /* of the whole load, of both */
};

/* Why a request is kept. */
enum exemplar_reason { EXEMPLAR_SLOW, EXEMPLAR_LOST, EXEMPLAR_FIRST };

struct load_exemplar {
    unsigned part;               /* as a row's */
    enum exemplar_reason reason; /* FIRST: one of a server's first ten answers, neither slow nor lost */
    enum load_outcome outcome;
    int http_status; /* 0 = none */
    int64_t intended, sent, finished;
    char request[LOAD_NAME_SIZE]; /* as in struct load_row */
    char phase[LOAD_NAME_SIZE];
    char server[LOAD_SERVER_SIZE];
    int64_t server_age; /* nanoseconds since the pod's program started, as the answer says; -1 = unknown */
    enum load_warmth warmth;
    bool new_connection;
};

/* What one pod was given of a load on a resource, in one second. */
struct load_share {
    int64_t second;
    double target;                 /* of all pods together, in the load type's unit */
    char server[LOAD_SERVER_SIZE]; /* the pod's name; "" = there is none */
    double given;                  /* what the pod has accepted */
    uint64_t failures;             /* times that it could not be told */
};

#endif

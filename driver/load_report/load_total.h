/*
 * What a load has done so far, summed up as the engine hands it over: the totals, and a line for each second. Memory stays
 * flat: the histogram of a second is kept until its last answer has come, then its percentiles alone.
 */
#ifndef DRIVER_LOAD_REPORT_LOAD_TOTAL_H
#define DRIVER_LOAD_REPORT_LOAD_TOTAL_H

#include "driver/load/load.h"
#include "driver/metric/metric_selection.h"

#define LOAD_TOTAL_STATUSES 64
#define LOAD_TOTAL_NEVER INT64_C(-1)
#define LOAD_TOTAL_WINDOW 5 /* seconds */

/* Times in nanoseconds; LOAD_TOTAL_NEVER = no ok answer. */
struct load_second {
    double target_rate; /* requests/s */
    uint64_t planned, sent, late;
    uint64_t in_flight, vus; /* at its end; vus: of a closed model */
    double cpu;              /* of the engine: share of one core */
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t connections, bytes_received, bytes_sent;
    char phase[LOAD_NAME_SIZE];           /* "" = none */
    struct histogram response;            /* empty again once the second is settled */
    int64_t p50, p90, p99, p999, maximum; /* response times; set when it is settled */
};

/* One request of the load's. */
struct load_request_total {
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t bytes_received, bytes_sent;
    struct histogram response, service;
    struct load_check_count checks[LOAD_MOST_CHECKS];
};

/* All but the seconds leave out the phase "warm-up". */
struct load_total {
    const struct load_spec *spec; /* borrowed */
    int64_t warm_up_seconds;      /* that were left out */
    uint64_t warm_up_requests;
    struct load_request_total *requests; /* as many as load_spec_request_count says, in that order */
    int64_t elapsed;                     /* nanoseconds since the load's start, as load_totals_settle was told last */
    uint64_t planned, sent, late;
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t connections, bytes_received, bytes_sent;
    size_t status_count;
    struct load_status statuses[LOAD_TOTAL_STATUSES];
    struct histogram response, service, lateness;
    double cpu_sum;                         /* of the engine's threads, over the seconds that it told of: shares of one core */
    double cpu_maximum;                     /* in one second */
    uint64_t threads;                       /* of the engine, at most */
    size_t tick_count;                      /* those seconds */
    uint64_t vus, vus_minimum, vus_maximum; /* at the seconds' ends; vus: the last one's */
    size_t second_count;
    struct load_second *seconds; /* by number, from 0 */
    size_t settled_count;        /* the first ones, whose percentiles are final */
};

struct load_totals; /* the totals and the lock that the engine's thread shares with the reader's */

/* spec outlives it. */
struct load_totals *load_totals_create(const struct load_spec *spec);
void load_totals_destroy(struct load_totals *totals);

/* Where the engine hands its results over. */
struct load_sink load_totals_sink(struct load_totals *totals);

/* From now on the selection gets all results too; before the load starts. It outlives the totals. */
void load_totals_select(struct load_totals *totals, struct metric_selection *selection);

/* Settles the seconds that no answer can come for any more, but none of the last LOAD_TOTAL_WINDOW: those whose requests all
 * have an outcome or have had their time; or every second when the load has ended. elapsed: nanoseconds since the load's start.
 */
void load_totals_settle(struct load_totals *totals, int64_t elapsed, bool ended);

/* The totals as they are; the engine waits when it has something to hand over until they are given back. */
const struct load_total *load_totals_lock(struct load_totals *totals);
void load_totals_unlock(struct load_totals *totals);

/* Requests with any outcome but dropped and aborted, and those of them that failed. */
uint64_t load_total_requests(const struct load_total *total);
uint64_t load_total_lost(const struct load_total *total);

/* Checks that were made, and those of them that held. */
uint64_t load_total_checks(const struct load_total *total, uint64_t *passes);

/* How long the load has lasted, without its warm-up; seconds. */
double load_total_seconds(const struct load_total *total);

/* The engine's mean share of one core. */
double load_total_cpu(const struct load_total *total);

/* Connections that there may be at once. */
uint64_t load_total_most_connections(const struct load_total *total);

/* What the metrics of the totals are read from. */
struct metric_data load_total_metrics(const struct load_total *total);

#endif

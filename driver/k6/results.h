/*
 * k6's points added up to what a load's results are: rows and seconds by scenario, and the requests that are kept singly.
 */
#ifndef DRIVER_K6_RESULTS_H
#define DRIVER_K6_RESULTS_H

#include "driver/k6/point.h"

#define K6_MOST_SCENARIOS 20
#define K6_MOST_SECONDS 86400
#define K6_MOST_ROWS 500000 /* of all seconds; beyond, pods are no longer told apart */

/* One second of one scenario. */
struct k6_second {
    struct load_tick tick;
    uint64_t finished;
    size_t row_count;
    struct load_row *rows; /* one for each pod */
    unsigned exemplars;
};

struct k6_load {
    char name[K6_SCENARIO_SIZE]; /* the scenario's */
    size_t second_count;
    struct k6_second *seconds; /* from second 0 */
};

struct k6_results {
    int64_t start, end; /* wall clock: points of other times are counted and left out */
    int64_t slow_over;  /* nanoseconds: response times above are kept singly */
    void *context;
    /* Takes a request that is kept singly. */
    int (*exemplar)(void *context, const char *load, const struct load_exemplar *exemplar, struct error *error);

    size_t load_count;
    struct k6_load loads[K6_MOST_SCENARIOS];
    size_t row_count;
    uint64_t requests, dropped;
    uint64_t outside;    /* requests and dropped iterations of other times */
    int64_t first, last; /* wall clock, of all requests; 0 = none */
    int64_t longest;     /* answer, nanoseconds */
    bool whole_seconds;  /* times are not known more exactly */
    bool has_pending;    /* a request whose points are being read */
    struct k6_point pending;
    bool pending_connected;
};

/* The context of k6_read_points is the results. A request is taken in with the first point that is no longer its own. */
int k6_results_take(void *results, const struct k6_point *point, struct error *error);

/* After the last point of a file. */
int k6_results_end_file(struct k6_results *results, struct error *error);

/* After the last file: what was in flight at each second's end. */
void k6_results_settle(struct k6_results *results);
void k6_results_release(struct k6_results *results);

#endif

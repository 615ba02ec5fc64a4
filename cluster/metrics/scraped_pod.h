/*
 * What one pod showed at its last scrape, and what its counters gained since the one before. Plain data: no clock, no
 * thread.
 */
#ifndef CLUSTER_METRICS_SCRAPED_POD_H
#define CLUSTER_METRICS_SCRAPED_POD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cluster/api/selector.h"
#include "common/json.h"

struct scraped_series {
    char *identity;
    char *name;
    cJSON *labelled; /* {"metadata":{"labels":...}}: what selectors look at */
    bool is_counter;
    double value;
    bool has_rate; /* a counter that the scrape before had too */
    double rate;   /* a second */
};

struct scraped_pod {
    char *namespace, *name, *uid;  /* owned */
    int64_t scraped_wall;          /* of the last scrape that succeeded; 0 = none */
    int64_t window;                /* nanoseconds between it and the one before; 0 = there is none */
    bool current;                  /* the last scrape succeeded */
    struct scraped_series *series; /* ordered by identity */
    size_t count;
};

struct scraped_pod *scraped_pod_create(const char *namespace, const char *name, const char *uid);
void scraped_pod_destroy(struct scraped_pod *pod);

/* Takes in what a scrape at that moment brought: `most` series at most, the others are left out. A counter that is less
 * than it was began anew at zero. */
void scraped_pod_take(struct scraped_pod *pod, const char *text, size_t length, size_t most, int64_t scraped_wall);

/* A scrape failed: the pod has no values until the next one that succeeds. */
void scraped_pod_miss(struct scraped_pod *pod);

struct scraped_value {
    bool known;     /* there is a series of that name, whatever its labels */
    bool has_value; /* and one that matches has a value */
    bool is_rate;   /* some of it is a rate over the pod's window */
    double value;   /* gauges as they are and rates of counters, summed over the series that match */
};

/* labels: what the series' labels must match; NULL = any. */
struct scraped_value scraped_pod_value(const struct scraped_pod *pod, const char *metric, const struct selector *labels);

#endif

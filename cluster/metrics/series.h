/*
 * Two points of each container's usage and what they say, as metrics-server keeps them: the newer scrape, and the one
 * before of the same container instance. A container that is older than `youngest` but younger than the resolution at
 * its first scrape is measured from its start. Plain data, no clocks, no threads.
 */
#ifndef CLUSTER_METRICS_SERIES_H
#define CLUSTER_METRICS_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/json.h"

struct usage_point {
    char *namespace, *pod, *uid, *container, *node; /* owned */
    int64_t started_wall, sampled_wall;             /* nanoseconds */
    int64_t cpu;                                    /* nanoseconds since the start */
    int64_t memory;                                 /* bytes */
    bool has_previous;
    int64_t previous_wall, previous_cpu;
};

/* The points of one scrape. */
struct usage_series {
    struct usage_point *points;
    size_t count;
};

/* Adds a container's point to the scrape in `now`; `before` is the scrape before it. */
void usage_series_add(struct usage_series *now, const struct usage_series *before, const struct usage_point *point_copy,
                      int64_t resolution);
void usage_series_clear(struct usage_series *series);

/* An array of PodMetrics of the pods of a namespace (NULL or "": all) all of whose scraped containers have two points,
 * ordered by namespace and name. The caller deletes it. */
cJSON *usage_series_to_pods(const struct usage_series *series, const char *namespace, int64_t now_wall);

/* What the containers of a node use together: the sums of their means (nanocores) and of their bytes. */
struct usage_sum {
    int64_t nanocores, bytes;
};
struct usage_sum usage_series_of_node(const struct usage_series *series, const char *node);

/* "123988n" and "404Ki" as metrics.k8s.io shows them, for a usage object. */
void usage_set(cJSON *usage, int64_t nanocores, int64_t bytes);

#endif

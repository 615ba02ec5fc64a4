/*
 * What this machine uses as a whole, pods and everything else, for NodeMetrics.
 */
#ifndef CLUSTER_METRICS_MACHINE_H
#define CLUSTER_METRICS_MACHINE_H

#include <stdint.h>

struct machine_usage {
    int64_t cpu;          /* nanoseconds of all processors since the machine's start, without idle and waiting time */
    int64_t memory;       /* bytes that are not available */
    int64_t sampled_wall; /* 0 = never */
};

/* Reads /proc/stat and /proc/meminfo. */
void machine_usage_read(struct machine_usage *usage, int64_t now_wall);

#endif

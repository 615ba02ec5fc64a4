/*
 * The arithmetic of a CPU limit: in each period of 100 ms a container may use its quota (limits.cpu of a period); when
 * it is used up the container is stopped until a later period. What was used beyond the quota is taken from the
 * following periods, and what was left is lost, so that the mean holds for small limits too. Plain value, no clocks.
 */
#ifndef CLUSTER_KUBELET_CPU_LIMIT_H
#define CLUSTER_KUBELET_CPU_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define CPU_LIMIT_PERIOD INT64_C(100000000)

struct cpu_limit {
    int64_t quota;        /* nanoseconds of CPU in a period */
    int64_t left;         /* of this period; negative = overshoot */
    int64_t period_start; /* monotonic */
    int64_t used;         /* CPU clock at the last step */
    int64_t burst;        /* the most CPU that one step has found lately, fading */
    bool stopped;
};

/* millicores > 0; used is the container's CPU clock now. */
void cpu_limit_start(struct cpu_limit *limit, int64_t millicores, int64_t used, int64_t now);

/* Takes in the CPU clock. Returns whether the container must be stopped now (limit->stopped, as before or changed). */
bool cpu_limit_step(struct cpu_limit *limit, int64_t used, int64_t now);

/* When to step again: while stopped, when it may run on; while running, before the quota can be used up by `processors`
 * processors; an idle container is looked at less often, on moments that it shares with others. */
int64_t cpu_limit_next(const struct cpu_limit *limit, int processors, int64_t now);

#endif

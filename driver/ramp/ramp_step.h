/*
 * One step of a ramp of memory, as a CronJob runs it: the total in a ConfigMap (key `size`, MiB) grows by some MiB up to
 * the ConfigMap's `max`, is divided by the ready pods, and each pod is told its part (PUT /size?mib=N, as memapp has it).
 */
#ifndef DRIVER_RAMP_RAMP_STEP_H
#define DRIVER_RAMP_RAMP_STEP_H

#include <stdint.h>

#include "common/error.h"
#include "kube/kube.h"

#define RAMP_MAXIMUM INT64_C(1000000000) /* of every size, MiB */

struct ramp_options {
    struct kube_client *client; /* borrowed, as the texts */
    const char *namespace;
    const char *config_map;
    const char *selector; /* of the pods, as kubectl's -l takes it */
    int64_t add;          /* MiB */
    uint16_t port;        /* of the pods */
    int64_t deadline;     /* nanoseconds from now, for the whole step */
};

struct ramp_pod {
    char *name;
    char *address;
    struct error problem; /* "" = it holds its part */
};

/* What a step did, as far as it came. Zeroed before; release with ramp_result_release. */
struct ramp_result {
    int64_t before; /* the ConfigMap's size, MiB */
    int64_t size;   /* what it grew to */
    int64_t maximum;
    int64_t part; /* of each pod */
    size_t pod_count;
    struct ramp_pod *pods; /* the ready ones */
};

/* What a total becomes: add more, but no more than maximum; not less than 0. */
int64_t ramp_next_size(int64_t size, int64_t add, int64_t maximum);

/* 0, or -1 with an error: no such ConfigMap, no ready pod, a pod that did not take its part (the others were told theirs
 * all the same). The ConfigMap's size changes only when every pod holds its part, and only from the size that was read:
 * whoever tries a failed step again repeats that step and does not add twice, and a size that someone else has set
 * meanwhile stays. */
int ramp_step(const struct ramp_options *options, struct ramp_result *result, struct error *error);

void ramp_result_release(struct ramp_result *result);

#endif

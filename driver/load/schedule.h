/*
 * The intended starts of a load of the open model, computed up front. With even spacing, request i fires when the integral
 * of the rate reaches i (constant rate: 0, 1/r, 2/r, ...) or i + 1 (ramps, as in k6: nothing is due at the very start of a
 * ramp from 0). Fractions carry from stage to stage, so the number of requests is exact.
 *
 * Poisson spacing keeps the number of requests in each stage and draws their places anew: independently of each other, each
 * as likely as the rate is high, which is what a Poisson process looks like when its count is known. The same seed gives the
 * same moments, to all generators that share the schedule.
 */
#ifndef DRIVER_LOAD_SCHEDULE_H
#define DRIVER_LOAD_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/load/segment.h"
#include "driver/load/spec.h"

struct schedule {
    const struct load_spec *spec;  /* borrowed */
    const struct segment *segment; /* borrowed; NULL = all of it */
    size_t stage;
    int64_t stage_begin; /* nanoseconds since the start */
    double rate_before;  /* requests/s at the stage's begin */
    double integral;     /* requests due before the stage's begin */
    uint64_t next;       /* number of the request that is looked at next, whoever owns it */
    uint64_t random;     /* state of the random numbers */
    double drawn;        /* poisson: how much of the stage's integral lies before the request drawn last */
};

void schedule_init(struct schedule *schedule, const struct load_spec *spec, const struct segment *segment);

/* The next intended start in nanoseconds since the load's start, never earlier than the one before, and the request's number
 * in the whole schedule; false at the end. */
bool schedule_next(struct schedule *schedule, uint64_t *number, int64_t *intended);

/* Requests in all, of this segment, whatever was taken already. */
uint64_t schedule_total(const struct schedule *schedule);

#endif

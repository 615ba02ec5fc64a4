/*
 * The intended starts of a load, computed up front: request i fires when the integral of the rate reaches i (constant
 * rate: 0, 1/r, 2/r, ...) or i + 1 (ramps, as in k6: nothing is due at the very start of a ramp from 0). Fractions carry
 * from stage to stage, so the number of requests is exact.
 */
#ifndef DRIVER_LOAD_SCHEDULE_H
#define DRIVER_LOAD_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/load/spec.h"

struct schedule {
    const struct load_spec *spec; /* borrowed */
    size_t stage;
    int64_t stage_begin; /* nanoseconds since the start */
    double rate_before;  /* requests/s at the stage's begin */
    double integral;     /* requests due before the stage's begin */
    uint64_t next;       /* index of the request that schedule_next gives next */
};

void schedule_init(struct schedule *schedule, const struct load_spec *spec);

/* The next intended start in nanoseconds since the load's start, never earlier than the one before; false at the end. */
bool schedule_next(struct schedule *schedule, int64_t *intended);

/* Requests in all, whatever was taken already. */
uint64_t schedule_total(const struct schedule *schedule);

#endif

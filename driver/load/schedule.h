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

#include "driver/load/epochs.h"
#include "driver/load/segment.h"
#include "driver/load/spec.h"

struct schedule {
    const struct load_spec *spec;  /* borrowed */
    const struct segment *segment; /* borrowed; NULL = all of it */
    const struct epoch_part *part; /* borrowed; not NULL: the segments, one after the other, in place of the one */
    int64_t horizon;               /* with a part: how far is looked for a request that is this part's */
    bool paused;                   /* nothing was found up to there, and there are requests beyond */
    size_t stage;
    int64_t stage_begin; /* nanoseconds since the start */
    double rate_before;  /* requests/s at the stage's begin */
    double integral;     /* requests due before the stage's begin */
    uint64_t next;       /* number of the request that is looked at next, whoever owns it */
    uint64_t random;     /* state of the random numbers */
    double drawn;        /* poisson: how much of the stage's integral lies before the request drawn last */
};

void schedule_init(struct schedule *schedule, const struct load_spec *spec, const struct segment *segment);

/* The requests are from now on those of the part. What is beyond the horizon (nanoseconds since the load's start) is not passed
 * over, since epochs that become known may make it this part's. */
void schedule_follow(struct schedule *schedule, const struct epoch_part *part, int64_t horizon);

/* The next intended start in nanoseconds since the load's start, never earlier than the one before, and the request's number
 * in the whole schedule; false at the end, or at the horizon (paused). */
bool schedule_next(struct schedule *schedule, uint64_t *number, int64_t *intended);

/* Requests in all, of this segment, whatever was taken already and whatever part is followed. */
uint64_t schedule_total(const struct schedule *schedule);

#endif

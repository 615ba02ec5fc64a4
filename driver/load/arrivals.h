/*
 * The requests of an open model that one thread sends, looked at one ahead: when the next is due, also through epochs that
 * become known on the way. Times are nanoseconds since the load's start.
 */
#ifndef DRIVER_LOAD_ARRIVALS_H
#define DRIVER_LOAD_ARRIVALS_H

#include "driver/load/schedule.h"

struct arrivals {
    struct epoch_part *part; /* borrowed; NULL = there are no epochs */
    struct schedule schedule;
    struct schedule before; /* as it was before it was asked for the next one */
    bool due;               /* there is a next one: */
    int64_t intended;
    uint64_t number;
};

/* As schedule_init; part: in place of the segment. */
void arrivals_init(struct arrivals *arrivals, const struct load_spec *spec, const struct segment *segment,
                   struct epoch_part *part, int64_t now);

/* Takes in epochs that have become known, and looks on where none had a share; to be called every second at least, with a now
 * that was read before. */
void arrivals_follow(struct arrivals *arrivals, int64_t now);

/* Passes on to the one after. */
void arrivals_next(struct arrivals *arrivals, int64_t now);

/* Whether there is a next one or may yet be one. */
bool arrivals_go_on(const struct arrivals *arrivals, int64_t now);

#endif

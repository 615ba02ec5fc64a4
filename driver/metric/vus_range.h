/*
 * How many virtual users there were: least, most and last, of the sums over loads and generators in each second.
 */
#ifndef DRIVER_METRIC_VUS_RANGE_H
#define DRIVER_METRIC_VUS_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: nothing was added yet. */
struct vus_range {
    bool known;
    bool closed; /* a second before the current one was summed up: minimum and maximum are of those */
    int64_t second;
    uint64_t current; /* of that second so far */
    uint64_t minimum, maximum;
};

/* Seconds come in their order. */
void vus_range_add(struct vus_range *range, int64_t second, uint64_t vus);

uint64_t vus_range_minimum(const struct vus_range *range);
uint64_t vus_range_maximum(const struct vus_range *range);

#endif

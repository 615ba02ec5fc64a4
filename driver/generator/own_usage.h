/*
 * What this process uses, second by second.
 */
#ifndef DRIVER_GENERATOR_OWN_USAGE_H
#define DRIVER_GENERATOR_OWN_USAGE_H

#include <stdint.h>

struct own_usage {
    int64_t looked;     /* monotonic time of the last look that counted; 0 = none */
    int64_t cpu_before; /* CPU of the process then, nanoseconds */
    double cpu;         /* share of one core in the second before that look */
};

/* To be called often; looks once a second. */
void own_usage_look(struct own_usage *usage, int64_t now);

/* Bytes of this process that are in memory; 0 = not known. */
uint64_t own_usage_memory(void);

#endif

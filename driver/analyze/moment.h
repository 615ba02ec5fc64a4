/*
 * Moments that may not be known.
 */
#ifndef DRIVER_ANALYZE_MOMENT_H
#define DRIVER_ANALYZE_MOMENT_H

#include "driver/analyze/figures.h"

static inline bool moment_known(int64_t moment)
{
    return moment != FIGURES_NEVER;
}

/* Known and not after now. */
static inline bool moment_passed(int64_t moment, int64_t now)
{
    return moment_known(moment) && moment <= now;
}

/* Keeps the first. */
static inline void moment_first(int64_t *moment, int64_t time)
{
    if (!moment_known(*moment) || time < *moment)
        *moment = time;
}

static inline void moment_last(int64_t *moment, int64_t time)
{
    if (!moment_known(*moment) || time > *moment)
        *moment = time;
}

/* The time between two moments, not negative (arrivals of two watches may swap by milliseconds); NEVER when one is
 * not known. */
static inline int64_t moment_between(int64_t from, int64_t to)
{
    if (!moment_known(from) || !moment_known(to))
        return FIGURES_NEVER;
    return to > from ? to - from : 0;
}

#endif

/*
 * Waiting for what has to happen, instead of sleeping for as long as it may take.
 */
#ifndef TESTS_SUPPORT_WAIT_H
#define TESTS_SUPPORT_WAIT_H

#include "common/clock.h"

/* Looks at the condition every 10 ms until it holds or seconds have passed; whether it held at the last look. The seconds are
 * only there against hanging: give many, a machine may be busy. */
#define test_wait_until(condition, seconds)                                                                                      \
    ({                                                                                                                           \
        const int64_t until_ = clock_monotonic() + (int64_t)((double)(seconds) * (double)NANOSECONDS_PER_SECOND);                \
        bool held_ = (condition);                                                                                                \
        while (!held_ && clock_monotonic() < until_) {                                                                           \
            clock_sleep_until(clock_monotonic() + 10 * NANOSECONDS_PER_MILLISECOND);                                             \
            held_ = (condition);                                                                                                 \
        }                                                                                                                        \
        held_;                                                                                                                   \
    })

#endif

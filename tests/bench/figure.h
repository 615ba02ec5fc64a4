/*
 * How benchmarks say what they measured: "figure<TAB>name<TAB>value<TAB>unit<TAB>target" lines, which tests/bench/run
 * gathers.
 */
#ifndef TESTS_BENCH_FIGURE_H
#define TESTS_BENCH_FIGURE_H

#include <stdio.h>

/* target: what is wanted, such as "< 2"; "" = nothing was set. */
static inline void figure(const char *name, double value, const char *unit, const char *target)
{
    (void)printf(value >= 1000 ? "figure\t%s\t%.0f\t%s\t%s\n" : "figure\t%s\t%.4g\t%s\t%s\n", name, value, unit, target);
    (void)fflush(stdout);
}

#endif

/*
 * Expectations of a lesson: one comparison each, of a named figure with a value (docs/analysis.md lists the names).
 *   spikes.max > 4s      lost.count == 0      condition.ScalingActive.reason == FailedGetResourceMetric
 *   response_time: p(99)<1000                 (k6's thresholds; milliseconds without a unit)
 */
#ifndef DRIVER_ANALYZE_EXPECTATION_H
#define DRIVER_ANALYZE_EXPECTATION_H

#include "common/error.h"
#include "driver/analyze/figures.h"

#define EXPECTATION_OBSERVED_SIZE 256

/* 0 when the text is a comparison that can be evaluated; else -1 and what is wrong, with the names that come near. */
int expectation_check(const char *text, struct error *error);

/* The result for one variant, and what was observed, as text. A text that expectation_check refuses has no data. */
enum expectation_result expectation_evaluate(const char *text, const struct variant_figures *variant,
                                             char observed[EXPECTATION_OBSERVED_SIZE]);

#endif

/*
 * A variant's course in one line of block characters.
 */
#ifndef DRIVER_REPORT_SPARKLINE_H
#define DRIVER_REPORT_SPARKLINE_H

#include "common/buffer.h"
#include "driver/analyze/figures.h"

/* Ready pods over the load's time: width characters, from 0 to most. */
void sparkline_replicas(const struct variant_figures *variant, int width, int most, struct buffer *output);

/* The mean working set of the pods (MiB), from 0 to most. */
void sparkline_memory(const struct variant_figures *variant, int width, double most, struct buffer *output);

/* The longest response in each part of the time, on a logarithmic scale from 1 ms to longest. */
void sparkline_latency(const struct variant_figures *variant, int width, int64_t longest, struct buffer *output);

#endif

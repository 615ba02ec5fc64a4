/*
 * Log-linear histogram of durations with 3 significant digits, from 1 microsecond to 1 hour, in HdrHistogram's layout
 * (sub-buckets of 2048, each bucket twice as wide as the one before): recording is one index computation and one
 * increment; merging adds counts and loses nothing; percentiles are read from merged counts, never averaged.
 *
 * Memory follows the values: counts are kept for the range that was used only.
 */
#ifndef COMMON_HISTOGRAM_H
#define COMMON_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/error.h"
#include "common/memory.h"

#define HISTOGRAM_LOWEST INT64_C(1)           /* microseconds */
#define HISTOGRAM_HIGHEST INT64_C(3600000000) /* microseconds: one hour */

struct histogram {
    uint64_t *counts; /* of the indexes first .. first + length - 1; NULL while empty */
    int32_t first;
    int32_t length;
    uint64_t total;  /* values recorded */
    int64_t minimum; /* exact, nanoseconds; 0 while empty */
    int64_t maximum; /* exact, nanoseconds; 0 while empty */
    double sum;      /* nanoseconds */
};

void histogram_init(struct histogram *histogram);
void histogram_release(struct histogram *histogram); /* harmless on a zeroed struct */
void histogram_clear(struct histogram *histogram);   /* forgets the values, keeps the memory */
#define AUTO_HISTOGRAM CLEANUP(histogram_release)

/* Values below 0 count as 0. In the buckets, values below 1 us count as 1 us, above 1 h as 1 h; minimum, maximum and
 * sum stay exact. */
void histogram_record(struct histogram *histogram, int64_t nanoseconds);

/* Adds all of other. */
void histogram_merge(struct histogram *histogram, const struct histogram *other);

/* The least value (nanoseconds) that at least fraction (0 to 1) of the values are not above, exact at the ends
 * (0 = minimum, 1 = maximum), else within 0.1%; 0 while empty. */
int64_t histogram_percentile(const struct histogram *histogram, double fraction);

double histogram_mean(const struct histogram *histogram); /* nanoseconds; 0 while empty */

/* How many values are above a limit, exact to the bucket's width. */
uint64_t histogram_count_above(const struct histogram *histogram, int64_t nanoseconds);

/* A compact form (varints of gaps and counts) for storage and transport, and back. Decoding replaces what was there
 * and refuses malformed bytes. */
int histogram_encode(const struct histogram *histogram, struct buffer *bytes);
int histogram_decode(struct histogram *histogram, const void *bytes, size_t length, struct error *error);

/* For each bucket that holds values: its highest value (nanoseconds) and count, in rising order. */
void histogram_visit(const struct histogram *histogram, void (*visit)(int64_t highest, uint64_t count, void *context),
                     void *context);

#endif

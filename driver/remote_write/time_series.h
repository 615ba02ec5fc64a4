/*
 * Samples on their way to Prometheus: series by name and labels, each in order of time.
 */
#ifndef DRIVER_REMOTE_WRITE_TIME_SERIES_H
#define DRIVER_REMOTE_WRITE_TIME_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_SERIES_MOST_LABELS 12 /* with the name */

struct time_label {
    char *name, *value;
};

struct time_sample {
    int64_t time; /* milliseconds since 1970 */
    double value;
};

struct time_series {
    size_t label_count;
    struct time_label labels[TIME_SERIES_MOST_LABELS]; /* in order of their names, __name__ among them */
    size_t sample_count;
    struct time_sample *samples;
};

struct time_series_set {
    size_t count;
    struct time_series **series;
};

void time_series_set_release(struct time_series_set *set);

/* A new series, which the set owns. labels: names and values in turn, NULL at the end, copied; those with an empty value are
 * left out, as Prometheus does. The caller takes care that no two series have the same labels. */
struct time_series *time_series_add(struct time_series_set *set, const char *name, const char *const *labels);

/* Adds a sample; one that is no number, or is not later than the one before, is passed over. */
void time_series_sample(struct time_series *series, int64_t time, double value);

/* The series ends: graphs show a gap behind it, not its last value for five minutes more. Nothing for one without samples. */
void time_series_end(struct time_series *series, int64_t time);

/* Whether a sample marks the end of its series. */
bool time_series_is_end(double value);

#endif

/*
 * The figures that expectations can name, and what they are worth in a variant.
 */
#ifndef DRIVER_ANALYZE_NAMED_VALUE_H
#define DRIVER_ANALYZE_NAMED_VALUE_H

#include "driver/analyze/figures.h"

enum value_kind {
    VALUE_COUNT,   /* a plain number */
    VALUE_TIME,    /* nanoseconds */
    VALUE_PERCENT, /* 50 = 50% */
    VALUE_SHARE,   /* 0.5 = 50% */
    VALUE_RATE,    /* 1/s */
};

struct named_value {
    enum value_kind kind;
    double number; /* NAN = there is no data; always NAN when asked without a variant */
};

/* The value of a name ("spikes.booting.count"); -1 when there is no such figure. variant may be NULL, to ask whether
 * there is. */
int named_value(const char *name, const struct variant_figures *variant, struct named_value *value);

/* The value of a k6 metric's aggregate ("response_time", "p(99)"); -1 when there is no such metric, -2 when it has no
 * such aggregate. */
int metric_value(const char *metric, const char *aggregate, const struct variant_figures *variant, struct named_value *value);

/* The next name that exists, for hints; index from 0; false at the end. */
bool named_value_list(size_t index, char name[64]);
bool metric_list(size_t index, char name[64]);

#endif

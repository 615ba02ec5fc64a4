/*
 * The metrics of a load under k6's names, and their aggregates: what thresholds and expectations compare. response_time,
 * service_time and lateness are ours; the rest has k6's meaning, with the times of ok answers only.
 */
#ifndef DRIVER_METRIC_METRIC_H
#define DRIVER_METRIC_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/histogram.h"
#include "driver/metric/comparison.h"

enum value_kind {
    VALUE_COUNT,   /* a plain number */
    VALUE_TIME,    /* nanoseconds */
    VALUE_PERCENT, /* 50 = 50% */
    VALUE_SHARE,   /* 0.5 = 50% */
    VALUE_RATE,    /* 1/s */
};

struct named_value {
    enum value_kind kind;
    double number; /* NAN = there is no data; always NAN when asked without data */
};

/* What the metrics are read from; histograms are borrowed, NULL = not known. */
struct metric_data {
    double seconds; /* that the load lasted; 0 = not known */
    const struct histogram *response, *service, *lateness;
    uint64_t requests; /* with any outcome but dropped and aborted */
    uint64_t lost;     /* of them: neither ok nor aborted */
    uint64_t dropped;
    uint64_t bytes_received, bytes_sent;
    uint64_t checks, check_passes; /* of answers, and those of them that held */
    bool vus_known;                /* of a closed model */
    uint64_t vus, vus_minimum, vus_maximum;
};

/* The value of a metric's aggregate ("response_time", "p(99)"); -1 when there is no such metric, -2 when it has no such
 * aggregate. data may be NULL, to ask whether there is. */
int metric_value(const char *metric, const char *aggregate, const struct metric_data *data, struct named_value *value);

/* The next metric's name, for hints; index from 0; false at the end. */
bool metric_list(size_t index, char name[64]);

/* A comparison's right side in the unit of a value; -1 with what is wrong when the two do not meet. Times without a unit
 * are milliseconds, where the name is a metric's. */
int metric_convert(const struct comparison *comparison, enum value_kind kind, double *number, struct error *error);

#endif

/*
 * What loads have done so far, in Prometheus's text format (0.0.4).
 */
#ifndef DRIVER_LOAD_REPORT_LOAD_PROMETHEUS_H
#define DRIVER_LOAD_REPORT_LOAD_PROMETHEUS_H

#include "common/buffer.h"
#include "driver/load_report/load_total.h"

struct load_prometheus {
    const char *labels; /* of all its samples: part="2",load="main"; "" = none */
    const struct load_total *total;
};

/* Under the names that k6's remote write gives its metrics: k6_http_reqs_total and the like; the requests, those that failed
 * and the histogram of their times also without "k6_", as other outputs of k6 name them. */
void load_prometheus_write(const struct load_prometheus *loads, size_t count, struct buffer *text);

/* Of those, what is told of each request of a mix, and of each check. */
void load_prometheus_write_requests(const struct load_prometheus *loads, size_t count, struct buffer *text);

/* Appends a label, NAME="value" with what is to be escaped, after a comma unless text is empty. */
void load_prometheus_label(const char *name, const char *value, struct buffer *text);

#endif

/*
 * The text in which programs show their metrics to Prometheus (text format 0.0.4, and OpenMetrics as far as it looks the
 * same). Tolerant, as the text is a stranger's: a line that cannot be read is left out, the others count. Timestamps and
 * exemplars are not looked at: a value counts as of its scrape. Pure: no clock, no state between two texts.
 */
#ifndef CLUSTER_METRICS_EXPOSITION_H
#define CLUSTER_METRICS_EXPOSITION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/json.h"

/* What is longer, or has more labels, is left out. */
#define EXPOSITION_LONGEST_LINE (16 * 1024)
#define EXPOSITION_LONGEST_NAME 256
#define EXPOSITION_MOST_LABELS 64

struct exposition_sample {
    const char *name;     /* such as "http_requests_total" */
    const char *identity; /* name and labels as they are written: the same in the next text of the same program */
    const cJSON *labels;  /* an object of texts */
    bool is_counter;      /* of a counter, or _count, _sum or _bucket of a histogram or summary */
    double value;         /* finite */
};

/* What the sample points to holds during the call. False: no more samples are wanted. */
typedef bool exposition_visit(const struct exposition_sample *sample, void *context);

void exposition_read(const char *text, size_t length, exposition_visit *visit, void *context);

#endif

/*
 * What is told of a load that has ended: to people on a terminal, and in the formats of other tools.
 */
#ifndef DRIVER_LOAD_REPORT_LOAD_REPORT_H
#define DRIVER_LOAD_REPORT_LOAD_REPORT_H

#include "common/buffer.h"
#include "driver/load_report/load_total.h"
#include "driver/load_report/threshold.h"
#include "driver/report/terminal_text.h"

enum load_end {
    LOAD_END_COMPLETE,
    LOAD_END_INTERRUPTED, /* by the user */
    LOAD_END_THRESHOLD    /* by a threshold that failed */
};

/* "complete", "interrupted", "threshold" */
const char *load_end_name(enum load_end end);

/* Everything is borrowed. */
struct load_report {
    const struct load_total *total; /* settled to its end */
    size_t threshold_count;
    const struct threshold *thresholds; /* evaluated */
    enum load_end end;
    int64_t started; /* wall clock */
};

/* The summary, at most terminal->columns wide where that is 80 or more. */
void load_report_summary(const struct load_report *report, const struct terminal *terminal);

/* docs/load.md says what is in them. */
void load_report_json(const struct load_report *report, struct buffer *text);
void load_report_csv(const struct load_report *report, struct buffer *text);
void load_report_prometheus(const struct load_report *report, struct buffer *text);

/* The percentile distribution of the response times in milliseconds, as HdrHistogram writes it and its plotter reads it. */
void load_report_percentiles(const struct load_report *report, struct buffer *text);

#endif

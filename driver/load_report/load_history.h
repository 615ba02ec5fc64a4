/*
 * Results that are kept from run to run, as a nightly test does: a folder with one JSON file a result (as load_report_json
 * writes it, and `against_last` beside), named by its start. A new result is compared with the last one that was good: of a
 * load that was complete, and whose thresholds and comparisons did not fail, so that a regression does not become what the
 * next night is measured by.
 */
#ifndef DRIVER_LOAD_REPORT_LOAD_HISTORY_H
#define DRIVER_LOAD_REPORT_LOAD_HISTORY_H

#include "driver/load_report/load_report.h"

#define LOAD_HISTORY_MOST 1000

/* METRIC:AGGREGATE OPERATOR PERCENT: "http_req_duration:p(99)<120%" holds when the value is below 1.2 times the last one. */
struct load_relative {
    struct comparison comparison;
    double last, now;             /* as in the JSON: milliseconds, counts, shares; NAN = not there */
    enum threshold_result result; /* NO_DATA also without an earlier result */
};

/* -1 with what is wrong. */
int load_relative_parse(const char *text, struct load_relative *relative, struct error *error);

struct load_history_options {
    const char *folder; /* made when it is not there */
    size_t keep;        /* the newest so many stay, 1 to LOAD_HISTORY_MOST */
    size_t relative_count;
    struct load_relative *relatives; /* are filled */
};

/* Whether the folder is there, or can be made, and can be written to. */
int load_history_check(const char *folder, struct error *error);

/* Compares the result with the last good one, tells that and the newest results of the folder to the terminal, writes it
 * there, and removes what is beyond keep. FAIL when a comparison failed; without an earlier result, or where its value is
 * not there, nothing is failed: a first night has nothing to compare with. -1 with an error: it could not be kept. */
int load_history_add(const struct load_history_options *options, const struct load_report *report,
                     const struct terminal *terminal, enum threshold_result *verdict, struct error *error);

#endif

/*
 * Thresholds of a load, as k6 writes them: METRIC:AGGREGATE OPERATOR VALUE, such as http_req_duration:p(99)<200. Times
 * without a unit are milliseconds.
 */
#ifndef DRIVER_LOAD_REPORT_THRESHOLD_H
#define DRIVER_LOAD_REPORT_THRESHOLD_H

#include "driver/metric/metric.h"

/* NO_DATA: there is nothing to compare, such as a percentile without an answer; neither passed nor failed. */
enum threshold_result { THRESHOLD_PASS, THRESHOLD_FAIL, THRESHOLD_NO_DATA };

/* "pass", "fail", "no data" */
const char *threshold_result_name(enum threshold_result result);

struct threshold {
    struct comparison comparison;
    enum threshold_result result;
    struct named_value value; /* that it was compared with */
};

/* -1 with what is wrong, and the names that come near. */
int threshold_parse(const char *text, struct threshold *threshold, struct error *error);

/* Whether there is the metric and its aggregate, and of which kind its values are; -1 with what is wrong, as above. */
int threshold_find_metric(const struct comparison *comparison, struct named_value *value, struct error *error);

/* "p(99)<200": what follows the metric's name, as it was compared. Returns text. */
char *threshold_condition(const struct threshold *threshold, char text[2 * COMPARISON_TEXT_SIZE]);

void threshold_evaluate(struct threshold *threshold, const struct metric_data *data);

/* FAIL when one fails, else NO_DATA when one has none, else PASS. */
enum threshold_result threshold_verdict(const struct threshold *thresholds, size_t count);

#endif

/*
 * Thresholds of a load, as k6 writes them: METRIC:AGGREGATE OPERATOR VALUE, such as http_req_duration:p(99)<200 or
 * http_req_duration{name:checkout}:p(99)<200. Times without a unit are milliseconds.
 */
#ifndef DRIVER_LOAD_REPORT_THRESHOLD_H
#define DRIVER_LOAD_REPORT_THRESHOLD_H

#include "driver/metric/metric_selection.h"

/* NO_DATA: there is nothing to compare, such as a percentile without an answer; neither passed nor failed. */
enum threshold_result { THRESHOLD_PASS, THRESHOLD_FAIL, THRESHOLD_NO_DATA };

/* "pass", "fail", "no data" */
const char *threshold_result_name(enum threshold_result result);

struct threshold {
    struct comparison comparison;
    struct metric_selection selection; /* of one with labels: whoever has the results adds them (load_totals_select) */
    enum threshold_result result;
    struct named_value value; /* that it was compared with */
};

/* -1 with what is wrong, and the names that come near. */
int threshold_parse(const char *text, struct threshold *threshold, struct error *error);

/* Whether there is the metric and its aggregate, and of which kind its values are; -1 with what is wrong, as above. */
int threshold_find_metric(const struct comparison *comparison, struct named_value *value, struct error *error);

/* "p(99)<200": what follows the metric's name, as it was compared. Returns text. */
char *threshold_condition(const struct threshold *threshold, char text[2 * COMPARISON_TEXT_SIZE]);

/* "http_req_duration{name:checkout}": the metric with its labels. Returns text. */
char *threshold_metric(const struct threshold *threshold, char text[2 * COMPARISON_TEXT_SIZE]);

void threshold_release(struct threshold *threshold);

/* data: of the whole load. */
void threshold_evaluate(struct threshold *threshold, const struct metric_data *data);

/* FAIL when one fails, else NO_DATA when one has none, else PASS. */
enum threshold_result threshold_verdict(const struct threshold *thresholds, size_t count);

#endif

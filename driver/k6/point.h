/*
 * One data point of k6's results, as `k6 run --out json=FILE` and `--out csv=FILE` write them.
 *
 * Source: k6's documentation of its JSON and CSV outputs, of its metrics, its system tags and its error codes
 * (grafana.com/docs/k6/latest).
 */
#ifndef DRIVER_K6_POINT_H
#define DRIVER_K6_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "driver/load/result.h"

enum k6_metric {
    K6_OTHER, /* not asked for */
    K6_HTTP_REQ_DURATION,
    K6_HTTP_REQ_CONNECTING,
    K6_HTTP_REQ_FAILED,
    K6_DROPPED_ITERATIONS,
    K6_VUS,
    K6_DATA_RECEIVED
};

#define K6_SCENARIO_SIZE 64

struct k6_point {
    enum k6_metric metric;
    int64_t time;       /* wall clock; of a request: its end */
    bool whole_seconds; /* the file does not say the time more exactly */
    double value;       /* times in milliseconds */
    int status;         /* of the answer; 0 = none came */
    int error_code;     /* k6's; 0 = none */
    int expected;       /* k6 expected such an answer: 1, did not: 0, does not say: -1 */
    char scenario[K6_SCENARIO_SIZE];
    char server[LOAD_SERVER_SIZE]; /* the tag "pod", which a script may set; "" = unknown */
};

enum k6_metric k6_metric_of(const char *name, size_t length);

/* What became of a request, by its point of http_req_duration. */
enum load_outcome k6_outcome(const struct k6_point *point);

/* A number of a tag; 0 when the text is none. */
int k6_tag_number(const char *text);

/* Whether a value may stand there: finite, and of a time within an hour. */
int k6_check_value(const struct k6_point *point, struct error *error);

/* Keeps printable characters of a tag, cut to size. */
void k6_copy_tag(char *tag, size_t size, const char *text);

/* One line of a JSON file. 1 = it holds a point, 0 = it declares a metric, -1 = it is neither. */
int k6_json_point(const char *line, size_t length, struct k6_point *point, struct error *error);

/* The columns of a CSV file, counted from 0; -1 = there is none. */
struct k6_columns {
    int count;
    int name, time, value, status, error_code, expected, scenario, extra;
};

/* The first record of a CSV file. The text is changed by reading it. */
int k6_csv_columns(char *record, struct k6_columns *columns, struct error *error);

/* Another record: 0, or -1. The text is changed by reading it. */
int k6_csv_point(char *record, const struct k6_columns *columns, struct k6_point *point, struct error *error);

#endif

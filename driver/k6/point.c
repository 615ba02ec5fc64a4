#include "driver/k6/point.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_TIME 3600000.0 /* milliseconds */

/* k6's error codes: grafana.com/docs/k6/latest/javascript-api/error-codes */
enum {
    REQUEST_TIMEOUT = 1050,
    FIRST_NAME_ERROR = 1100, /* no such host, blocked */
    AFTER_NAME_ERRORS = 1200,
    FIRST_DIAL_ERROR = 1210,
    DIAL_TIMEOUT = 1211,
    AFTER_DIAL_ERRORS = 1220,
    FIRST_TLS_ERROR = 1300,
    AFTER_TLS_ERRORS = 1400
};

static const char *const names[] = {
    [K6_HTTP_REQ_DURATION] = "http_req_duration",
    [K6_HTTP_REQ_CONNECTING] = "http_req_connecting",
    [K6_HTTP_REQ_FAILED] = "http_req_failed",
    [K6_DROPPED_ITERATIONS] = "dropped_iterations",
    [K6_VUS] = "vus",
    [K6_DATA_RECEIVED] = "data_received",
};

enum k6_metric k6_metric_of(const char *name, size_t length)
{
    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
            return (enum k6_metric)i;
    return K6_OTHER;
}

static enum load_outcome outcome_without_answer(int code)
{
    if (code == REQUEST_TIMEOUT || code == DIAL_TIMEOUT)
        return OUTCOME_TIMEOUT;
    if ((code >= FIRST_NAME_ERROR && code < AFTER_NAME_ERRORS) || (code >= FIRST_DIAL_ERROR && code < AFTER_DIAL_ERRORS) ||
        (code >= FIRST_TLS_ERROR && code < AFTER_TLS_ERRORS))
        return OUTCOME_REFUSED;
    return OUTCOME_RESET;
}

enum load_outcome k6_outcome(const struct k6_point *point)
{
    if (point->status == 0 && point->expected != 1)
        return outcome_without_answer(point->error_code);
    if (point->expected >= 0)
        return point->expected == 1 ? OUTCOME_OK : OUTCOME_STATUS;
    return point->status >= 400 ? OUTCOME_STATUS : OUTCOME_OK;
}

int k6_tag_number(const char *text)
{
    char *end = NULL;
    long number = strtol(text, &end, 10);
    return end != text && *end == '\0' && number > 0 && number < 10000 ? (int)number : 0;
}

int k6_check_value(const struct k6_point *point, struct error *error)
{
    bool is_time = point->metric == K6_HTTP_REQ_DURATION || point->metric == K6_HTTP_REQ_CONNECTING;
    double highest = is_time ? LONGEST_TIME : 1e15;
    if (isfinite(point->value) && point->value >= 0 && point->value <= highest)
        return 0;
    return error_set(error, "%s: expected a value from 0 to %g, not %g", names[point->metric], highest, point->value);
}

void k6_copy_tag(char *tag, size_t size, const char *text)
{
    size_t length = 0;
    for (; text[length] != '\0' && length + 1 < size; length++)
        tag[length] = text[length] > ' ' && text[length] <= '~' ? text[length] : '?';
    tag[length] = '\0';
}

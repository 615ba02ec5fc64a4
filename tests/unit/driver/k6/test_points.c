/* Lines as k6's documentation of its outputs shows them, and wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/k6/point.h"

#define SECOND NANOSECONDS_PER_SECOND
#define JSON_POINT(metric, value, tags)                                                                                          \
    "{\"metric\":\"" metric "\",\"type\":\"Point\",\"data\":{\"time\":\"2026-11-22T10:00:01.250000001+02:00\",\"value\":" value  \
    ",\"tags\":" tags "}}"

static int read_json(const char *line, struct k6_point *point, struct error *error)
{
    return k6_json_point(line, strlen(line), point, error);
}

static void test_a_point_of_json(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct k6_point point;
    int64_t expected = 0;
    assert_int_equal(clock_parse("2026-11-22T08:00:01.250000001Z", &expected, &error), 0);
    assert_int_equal(
        read_json(JSON_POINT("http_req_duration", "459.865729",
                             "{\"expected_response\":\"true\",\"group\":\"\",\"method\":\"GET\",\"name\":\"http://webapp\","
                             "\"scenario\":\"ramp\",\"status\":\"200\",\"url\":\"http://webapp\",\"pod\":\"webapp-1\"}"),
                  &point, &error),
        1);
    assert_int_equal(point.metric, K6_HTTP_REQ_DURATION);
    assert_int_equal(point.time, expected);
    assert_false(point.whole_seconds);
    assert_true(point.value > 459.8657 && point.value < 459.8658);
    assert_int_equal(point.status, 200);
    assert_int_equal(point.expected, 1);
    assert_string_equal(point.scenario, "ramp");
    assert_string_equal(point.server, "webapp-1");
    assert_int_equal(read_json(JSON_POINT("vus", "5", "null"), &point, &error), 1);
    assert_int_equal(point.metric, K6_VUS);
    assert_int_equal(point.expected, -1);
}

static void test_other_lines_of_json(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct k6_point point;
    assert_int_equal(read_json("{\"type\":\"Metric\",\"data\":{\"name\":\"vus\",\"type\":\"gauge\",\"contains\":\"default\","
                               "\"thresholds\":[],\"submetrics\":null},\"metric\":\"vus\"}",
                               &point, &error),
                     0);
    assert_int_equal(read_json(JSON_POINT("my_own_metric", "-7", "{}"), &point, &error), 1);
    assert_int_equal(point.metric, K6_OTHER);
}

struct wrong_row {
    const char *line, *says;
};

static void test_wrong_json(void **state)
{
    static const struct wrong_row rows[] = {
        {"{\"metrics\":{}}", "expected a line of k6's JSON output"},
        {"[]", "expected a line of k6's JSON output"},
        {"{\"type\":\"Point\",\"metric\":\"vus\"", "JSON"},
        {"{\"type\":\"Point\",\"metric\":\"vus\",\"data\":{\"value\":1}}", "data.time"},
        {"{\"type\":\"Point\",\"metric\":\"vus\",\"data\":{\"time\":\"2026-11-22T10:00:01Z\",\"value\":\"1\"}}", "data.value"},
        {JSON_POINT("http_req_duration", "-1", "{}"), "http_req_duration: expected a value from 0"},
        {JSON_POINT("http_req_duration", "1e99", "{}"), "http_req_duration: expected a value from 0"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error error = ERROR_NONE;
        struct k6_point point;
        if (read_json(rows[i].line, &point, &error) != -1 || strstr(error.text, rows[i].says) == NULL)
            fail_msg("%s: \"%s\"", rows[i].line, error.text);
    }
}

#define HEADER                                                                                                                   \
    "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,"      \
    "status,subproto,tls_version,url,extra_tags,metadata"

static struct k6_columns columns_of(const char *header)
{
    struct error error = ERROR_NONE;
    struct k6_columns columns;
    AUTO_FREE char *text = memory_copy_text(header);
    if (k6_csv_columns(text, &columns, &error) < 0)
        fail_msg("%s", error.text);
    return columns;
}

static int read_csv(const struct k6_columns *columns, const char *record, struct k6_point *point, struct error *error)
{
    AUTO_FREE char *text = memory_copy_text(record);
    return k6_csv_point(text, columns, point, error);
}

static void test_a_point_of_csv(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct k6_columns columns = columns_of(HEADER);
    struct k6_point point;
    assert_int_equal(
        read_csv(&columns,
                 "http_req_duration,1595325560,221.899000,,\"dial: \"\"no\"\", says it\",1212,false,,GET,http://test.k6.io,"
                 "HTTP/1.1,default,,0,,,http://test.k6.io,part=1&pod=webapp-2,vu=3",
                 &point, &error),
        0);
    assert_int_equal(point.metric, K6_HTTP_REQ_DURATION);
    assert_int_equal(point.time, 1595325560 * SECOND);
    assert_true(point.whole_seconds);
    assert_int_equal(point.error_code, 1212);
    assert_int_equal(point.expected, 0);
    assert_string_equal(point.scenario, "default");
    assert_string_equal(point.server, "webapp-2");
    assert_int_equal(k6_outcome(&point), OUTCOME_REFUSED);
}

struct time_row {
    const char *text;
    int64_t time;
    bool whole_seconds;
};

static void test_times_of_csv(void **state)
{
    static const struct time_row rows[] = {
        {"1595325560", 1595325560 * SECOND, true},
        {"1595325560123", 1595325560 * SECOND + 123000000, false},
        {"1595325560123456", 1595325560 * SECOND + 123456000, false},
        {"1595325560123456789", 1595325560 * SECOND + 123456789, false},
        {"2020-07-21T09:59:20Z", 1595325560 * SECOND, true},
        {"2020-07-21T11:59:20.5+02:00", 1595325560 * SECOND + SECOND / 2, false},
    };
    (void)state;
    struct k6_columns columns = columns_of("metric_name,timestamp,metric_value");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error error = ERROR_NONE;
        struct k6_point point;
        AUTO_FREE char *record = memory_format("vus,%s,1.0", rows[i].text);
        assert_int_equal(read_csv(&columns, record, &point, &error), 0);
        assert_int_equal(point.time, rows[i].time);
        assert_int_equal(point.whole_seconds, rows[i].whole_seconds);
    }
}

static void test_wrong_csv(void **state)
{
    static const struct wrong_row rows[] = {
        {"vus,1595325560", "expected 3 columns, not 2"},
        {"vus,1595325560,1,2", "expected 3 columns, not 4"},
        {"vus,1595325560,many", "metric_value: expected a number, not \"many\""},
        {"vus,yesterday,1", "timestamp"},
        {"vus,99999999999999999999,1", "timestamp"},
        {"vus,9999999999999999999,1", "timestamp"},
        {"vus,\"1595325560,1", "a quoted field has no end"},
        {"vus,\"1\"5,1", "text behind a quoted field"},
        {"http_req_duration,1595325560,nan", "expected a value from 0"},
    };
    (void)state;
    struct k6_columns columns = columns_of("metric_name,timestamp,metric_value");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error error = ERROR_NONE;
        struct k6_point point;
        if (read_csv(&columns, rows[i].line, &point, &error) != -1 || strstr(error.text, rows[i].says) == NULL)
            fail_msg("%s: \"%s\"", rows[i].line, error.text);
    }
    struct error error = ERROR_NONE;
    char header[] = "second,count";
    assert_int_equal(k6_csv_columns(header, &columns, &error), -1);
    assert_non_null(strstr(error.text, "metric_name,timestamp,metric_value"));
}

struct outcome_row {
    int status, error_code, expected;
    enum load_outcome outcome;
};

static void test_outcomes(void **state)
{
    static const struct outcome_row rows[] = {
        {200, 0, 1, OUTCOME_OK},       {200, 0, -1, OUTCOME_OK},        {404, 1404, 0, OUTCOME_STATUS},
        {404, 0, 1, OUTCOME_OK},       {503, 1503, -1, OUTCOME_STATUS}, {301, 0, 0, OUTCOME_STATUS},
        {0, 1050, 0, OUTCOME_TIMEOUT}, {0, 1211, 0, OUTCOME_TIMEOUT},   {0, 1212, 0, OUTCOME_REFUSED},
        {0, 1101, 0, OUTCOME_REFUSED}, {0, 1310, 0, OUTCOME_REFUSED},   {0, 1220, 0, OUTCOME_RESET},
        {0, 1000, -1, OUTCOME_RESET},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct k6_point point = {.status = rows[i].status, .error_code = rows[i].error_code, .expected = rows[i].expected};
        assert_int_equal(k6_outcome(&point), rows[i].outcome);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_point_of_json), cmocka_unit_test(test_other_lines_of_json), cmocka_unit_test(test_wrong_json),
        cmocka_unit_test(test_a_point_of_csv),  cmocka_unit_test(test_times_of_csv),        cmocka_unit_test(test_wrong_csv),
        cmocka_unit_test(test_outcomes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

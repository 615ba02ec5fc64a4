/* Metrics under k6's names, their aggregates, and values that cannot be compared with them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/metric/metric.h"

#define MILLISECOND NANOSECONDS_PER_MILLISECOND

static double value_of(const char *metric, const char *aggregate, const struct metric_data *data, enum value_kind kind)
{
    struct named_value value = {0};
    assert_int_equal(metric_value(metric, aggregate, data, &value), 0);
    assert_int_equal(value.kind, kind);
    return value.number;
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= fabs(expected) * 0.002))
        fail_msg("%g is not near %g", value, expected);
}

static void test_values(void **state)
{
    (void)state;
    AUTO_HISTOGRAM struct histogram service = {0};
    AUTO_HISTOGRAM struct histogram lateness = {0};
    for (int i = 1; i <= 100; i++)
        histogram_record(&service, i * MILLISECOND);
    histogram_record(&lateness, 5 * MILLISECOND);
    const struct metric_data data = {.seconds = 20,
                                     .service = &service,
                                     .lateness = &lateness,
                                     .requests = 104,
                                     .lost = 4,
                                     .dropped = 7,
                                     .bytes_received = 4000};
    assert_near(value_of("http_req_duration", "p(99)", &data, VALUE_TIME), 99.0 * MILLISECOND);
    assert_near(value_of("service_time", "med", &data, VALUE_TIME), 50.0 * MILLISECOND);
    assert_near(value_of("service_time", "avg", &data, VALUE_TIME), 50.5 * MILLISECOND);
    assert_near(value_of("service_time", "count", &data, VALUE_COUNT), 100);
    assert_near(value_of("service_time", "rate", &data, VALUE_RATE), 5);
    assert_near(value_of("lateness", "max", &data, VALUE_TIME), 5.0 * MILLISECOND);
    assert_near(value_of("http_reqs", "rate", &data, VALUE_RATE), 5.2);
    assert_near(value_of("iterations", "count", &data, VALUE_COUNT), 104);
    assert_near(value_of("dropped_iterations", "count", &data, VALUE_COUNT), 7);
    assert_near(value_of("data_received", "rate", &data, VALUE_RATE), 200);
    assert_near(value_of("http_req_failed", "rate", &data, VALUE_SHARE), 4.0 / 104);
}

static void test_no_data(void **state)
{
    (void)state;
    AUTO_HISTOGRAM struct histogram empty = {0};
    const struct metric_data data = {.response = &empty};
    assert_true(isnan(value_of("response_time", "p(99)", &data, VALUE_TIME)));
    assert_true(isnan(value_of("service_time", "p(99)", &data, VALUE_TIME)));
    assert_true(isnan(value_of("http_req_failed", "rate", &data, VALUE_SHARE)));
    assert_true(isnan(value_of("http_reqs", "rate", &data, VALUE_RATE)));
    assert_true(isnan(value_of("http_reqs", "count", NULL, VALUE_COUNT)));
    struct named_value value;
    assert_int_equal(metric_value("http_requests", "count", &data, &value), -1);
    assert_int_equal(metric_value("http_reqs", "p(99)", &data, &value), -2);
    assert_int_equal(metric_value("lateness", "p(99", &data, &value), -2);
}

static void test_the_right_side_meets_the_left(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum value_kind kind;
        double number; /* NAN = refused */
    } cases[] = {
        {"service_time: p(99)<200", VALUE_TIME, 200e6},
        {"service_time: p(99)<200ms", VALUE_TIME, 200e6},
        {"spikes.max<200", VALUE_TIME, NAN},
        {"http_req_failed: rate<1%", VALUE_SHARE, 0.01},
        {"http_req_failed: rate<0.01", VALUE_SHARE, 0.01},
        {"http_reqs: rate>1s", VALUE_RATE, NAN},
        {"http_reqs: rate>50%", VALUE_RATE, NAN},
        {"http_reqs: rate>many", VALUE_RATE, NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct comparison comparison;
        double number = 0;
        assert_int_equal(comparison_parse(cases[i].text, &comparison, NULL), 0);
        int converted = metric_convert(&comparison, cases[i].kind, &number, NULL);
        assert_int_equal(converted, isnan(cases[i].number) ? -1 : 0);
        if (converted == 0)
            assert_near(number, cases[i].number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_no_data),
        cmocka_unit_test(test_the_right_side_meets_the_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Thresholds as k6 writes them: read, refused, evaluated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "driver/load_report/threshold.h"
#include "tests/unit/driver/load_report/fixture.h"

static enum threshold_result judge(const char *text, struct fixture *fixture)
{
    struct threshold threshold;
    struct error error = ERROR_NONE;
    if (threshold_parse(text, &threshold, &error) < 0)
        fail_msg("%s", error.text);
    const struct metric_data data = load_total_metrics(load_totals_lock(fixture->totals));
    threshold_evaluate(&threshold, &data);
    load_totals_unlock(fixture->totals);
    return threshold.result;
}

static void test_thresholds(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_example();
    assert_int_equal(judge("http_req_duration:p(99)<100", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("http_req_duration:p(99) < 98ms", fixture), THRESHOLD_FAIL);
    assert_int_equal(judge("response_time:max<=101", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("http_req_failed:rate<5%", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("http_req_failed:rate<0.04", fixture), THRESHOLD_FAIL);
    assert_int_equal(judge("http_reqs:rate>100", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("dropped_iterations:count==0", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("data_received:count>2000", fixture), THRESHOLD_FAIL);
    fixture_end(fixture);
    fixture = fixture_begin(10);
    assert_int_equal(judge("http_req_duration:p(99)<100", fixture), THRESHOLD_NO_DATA);
    assert_int_equal(judge("http_req_failed:rate<1%", fixture), THRESHOLD_NO_DATA);
    fixture_end(fixture);
}

static void test_wrong_thresholds(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "expected a comparison"},
        {"http_req_duration", "expected a comparison"},
        {"p(99)<200", "expected METRIC:AGGREGATE"},
        {"http_req_duration:p(99)<", "a value is missing"},
        {"http_req_duration:p(101)<200", "has no aggregate"},
        {"http_req_duraton:p(99)<200", "did you mean http_req_duration or"},
        {"http_req_duration{status:200}:p(99)<200", "labels in braces"},
        {"http_req_duration:p(99)<20%", "is no percentage"},
        {"http_reqs:count<2s", "is no time"},
        {"http_reqs:count<many", "is no number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct threshold threshold;
        struct error error = ERROR_NONE;
        assert_int_equal(threshold_parse(cases[i].text, &threshold, &error), -1);
        if (strstr(error.text, cases[i].words) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", error.text, cases[i].words);
    }
}

static void test_the_verdict_of_several(void **state)
{
    (void)state;
    struct threshold thresholds[3] = {{.result = THRESHOLD_PASS}, {.result = THRESHOLD_NO_DATA}, {.result = THRESHOLD_FAIL}};
    assert_int_equal(threshold_verdict(thresholds, 0), THRESHOLD_PASS);
    assert_int_equal(threshold_verdict(thresholds, 1), THRESHOLD_PASS);
    assert_int_equal(threshold_verdict(thresholds, 2), THRESHOLD_NO_DATA);
    assert_int_equal(threshold_verdict(thresholds, 3), THRESHOLD_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_wrong_thresholds),
        cmocka_unit_test(test_the_verdict_of_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

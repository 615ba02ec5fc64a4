#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "driver/analyze/expectation.h"

#define MILLISECOND INT64_C(1000000)

static void test_good_ones(void **state)
{
    (void)state;
    static const char *const texts[] = {"spikes.count > 0",
                                        "spikes.max > 4s",
                                        "spikes.max<850ms",
                                        "spikes.no_endpoint.count == 0",
                                        "spikes.booting.max <= 1m30s",
                                        "lost.terminating.count == 0",
                                        "lost.reset.count != 3",
                                        "cold.count == 0",
                                        "replicas.max >= 5",
                                        "response_time: p(99)<1000",
                                        "response_time: p(99.9) < 1s",
                                        "service_time:med<20",
                                        "http_req_failed: rate<1%",
                                        "http_reqs: rate > 50",
                                        "dropped_iterations: count == 0",
                                        "hpa.unknown < 30s",
                                        "utilization.max > 50%",
                                        "utilization.max > 50",
                                        "stages.readying.p50 < 10s",
                                        "events.FailedGetResourceMetric.count > 0",
                                        "condition.ScalingActive.reason == FailedGetResourceMetric",
                                        "condition.ScalingActive.message == \"a > b\"",
                                        "condition.AbleToScale.status != False"};
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++) {
        struct error error = ERROR_NONE;
        if (expectation_check(texts[index], &error) < 0)
            fail_msg("%s", error.text);
    }
}

static void test_bad_ones(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "expected a comparison"},
        {"spikes.count", "expected a comparison"},
        {"spikes.count = 0", "expected a comparison"},
        {"> 4", "a name is missing"},
        {"spikes.count >", "a value is missing"},
        {"spikes.count > many", "\"many\" is no number"},
        {"spikes.count > 4s", "spikes.count is no time"},
        {"spikes.count > 4%", "spikes.count is no percentage"},
        {"spikes.max > 4", "needs a unit"},
        {"spikes.max > 4 && lost.count == 0", "is not a value"},
        {"spike.count > 0", "did you mean spikes.count"},
        {"spikes.boting.count > 0", "did you mean spikes.booting.count"},
        {"lost.dropped.count > 0", "did you mean"},
        {"zebra > 0", "there is no figure \"zebra\""},
        {"response_time: p(101) < 1", "has no aggregate"},
        {"response_time: p(99 < 1", "has no aggregate"},
        {"response_time: < 1", "an aggregate is missing"},
        {"respons_time: p(99) < 1", "did you mean response_time"},
        {"http_reqs: p(99) < 1", "has no aggregate"},
        {"condition.ScalingActive.reason > X", "compare it with == or !="},
        {"condition.ScalingActive.colour == X", "there is no figure"},
    };
    for (size_t index = 0; index < sizeof cases / sizeof *cases; index++) {
        struct error error = ERROR_NONE;
        assert_int_equal(expectation_check(cases[index].text, &error), -1);
        if (strstr(error.text, cases[index].words) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", error.text, cases[index].words);
    }
}

static void test_long_texts_are_refused(void **state)
{
    (void)state;
    char text[2000];
    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 6, " == 1", 6);
    assert_int_equal(expectation_check(text, NULL), -1);
    text[0] = '(';
    assert_int_equal(expectation_check(text, NULL), -1);
}

static void check(const struct variant_figures *variant, const char *text, enum expectation_result result, const char *observed)
{
    char said[EXPECTATION_OBSERVED_SIZE];
    enum expectation_result got = expectation_evaluate(text, variant, said);
    if (got != result || strcmp(said, observed) != 0)
        fail_msg("%s: %s (%s)", text, expectation_result_name(got), said);
}

static void test_evaluation(void **state)
{
    (void)state;
    struct variant_figures variant = {.requests = 200, .lost = 3, .spikes_slow = 37, .spike_worst = 11800 * MILLISECOND};
    variant.load_duration = 4000 * MILLISECOND;
    variant.outcomes[OUTCOME_OK] = 197;
    variant.outcomes[OUTCOME_RESET] = 3;
    variant.phases[PHASE_BOOTING] = (struct phase_figures){.spikes = 37, .worst = 11800 * MILLISECOND};
    variant.phases[PHASE_TERMINATING] = (struct phase_figures){.spikes = 3, .lost = 3};
    for (int index = 1; index <= 100; index++)
        histogram_record(&variant.response_histogram, index * 10 * MILLISECOND);
    check(&variant, "spikes.count == 40", EXPECTATION_PASS, "40");
    check(&variant, "spikes.max > 4s", EXPECTATION_PASS, "11.8 s");
    check(&variant, "spikes.max < 850ms", EXPECTATION_FAIL, "11.8 s");
    check(&variant, "spikes.booting.count >= 37", EXPECTATION_PASS, "37");
    check(&variant, "lost.terminating.count == 0", EXPECTATION_FAIL, "3");
    check(&variant, "lost.reset.count <= 3", EXPECTATION_PASS, "3");
    check(&variant, "lost.refused.count != 0", EXPECTATION_FAIL, "0");
    check(&variant, "http_req_failed: rate < 2%", EXPECTATION_PASS, "1.5%");
    check(&variant, "http_reqs: rate == 50", EXPECTATION_PASS, "50/s");
    check(&variant, "response_time: max<1000", EXPECTATION_FAIL, "1 s");
    check(&variant, "response_time: max<=1000", EXPECTATION_PASS, "1 s");
    check(&variant, "response_time: count == 100", EXPECTATION_PASS, "100");
    check(&variant, "service_time: avg<1000", EXPECTATION_NO_DATA, "no data");
    check(&variant, "replicas.max > 1", EXPECTATION_NO_DATA, "no data");
    check(&variant, "rescales.count == 0", EXPECTATION_NO_DATA, "no data");
    check(&variant, "events.Killing.count == 0", EXPECTATION_NO_DATA, "no data");
    check(&variant, "not an expectation", EXPECTATION_NO_DATA, "no data");
    histogram_release(&variant.response_histogram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_good_ones), cmocka_unit_test(test_bad_ones),
                                       cmocka_unit_test(test_long_texts_are_refused), cmocka_unit_test(test_evaluation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

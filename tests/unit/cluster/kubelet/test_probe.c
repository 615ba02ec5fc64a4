/* The probe state machine: periods, delays, thresholds, with the time passed in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/kubelet/probe.h"
#include "common/clock.h"

#define SECOND NANOSECONDS_PER_SECOND

static struct probe probe_of(enum probe_kind kind, const char *text)
{
    struct probe probe;
    AUTO_JSON cJSON *specification = text == NULL ? NULL : json_parse(text, strlen(text), NULL);
    probe_configure(&probe, kind, specification);
    return probe;
}

/* Asks at the next moment, answers, and returns that moment. */
static int64_t ask(struct probe *probe, bool success, enum probe_change *change)
{
    int64_t moment = probe_next(probe);
    while (!probe_due(probe, moment))
        moment = probe_next(probe);
    *change = probe_answer(probe, success);
    return moment;
}

static void test_defaults(void **state)
{
    (void)state;
    const struct probe probe = probe_of(PROBE_LIVENESS, "{}");
    assert_true(probe.present);
    assert_int_equal(probe.period, 10 * SECOND);
    assert_int_equal(probe.timeout, SECOND);
    assert_int_equal(probe.success_threshold, 1);
    assert_int_equal(probe.failure_threshold, 3);
    assert_int_equal(probe.grace_seconds, -1);
    assert_false(probe_of(PROBE_LIVENESS, NULL).present);
}

static void test_hostile_numbers_are_held(void **state)
{
    (void)state;
    const struct probe probe = probe_of(
        PROBE_READINESS, "{\"periodSeconds\":-5,\"timeoutSeconds\":1e300,\"initialDelaySeconds\":-1,\"failureThreshold\":0}");
    assert_int_equal(probe.period, SECOND);
    assert_int_equal(probe.timeout, 86400 * SECOND);
    assert_int_equal(probe.initial_delay, 0);
    assert_int_equal(probe.failure_threshold, 3);
}

static void test_absent_probe_is_never_due(void **state)
{
    (void)state;
    struct probe probe = probe_of(PROBE_LIVENESS, NULL);
    probe_start(&probe, 0, 0);
    assert_true(probe_next(&probe) == INT64_MAX);
    assert_false(probe_due(&probe, 1000 * SECOND));
}

static void test_liveness_is_asked_each_period(void **state)
{
    (void)state;
    enum probe_change change;
    struct probe probe = probe_of(PROBE_LIVENESS, "{\"periodSeconds\":2}");
    probe_start(&probe, 100 * SECOND, 100 * SECOND);
    assert_int_equal(ask(&probe, true, &change), 102 * SECOND);
    assert_int_equal(change, PROBE_SUCCEEDED);
    assert_int_equal(ask(&probe, true, &change), 104 * SECOND);
    assert_int_equal(change, PROBE_NO_CHANGE);
}

static void test_late_call_skips_periods(void **state)
{
    (void)state;
    struct probe probe = probe_of(PROBE_LIVENESS, "{\"periodSeconds\":2}");
    probe_start(&probe, 0, 0);
    assert_true(probe_due(&probe, 7 * SECOND));
    assert_true(probe_next(&probe) == INT64_MAX); /* an answer is awaited */
    probe_answer(&probe, true);
    assert_int_equal(probe_next(&probe), 8 * SECOND);
}

static void test_first_readiness_is_soon(void **state)
{
    (void)state;
    enum probe_change change;
    struct probe probe = probe_of(PROBE_READINESS, "{\"periodSeconds\":10}");
    probe_start(&probe, 0, 0);
    assert_int_equal(ask(&probe, false, &change), PROBE_FIRST_READINESS);
    assert_int_equal(ask(&probe, true, &change), 10 * SECOND);
    assert_int_equal(change, PROBE_SUCCEEDED);
}

static void test_initial_delay(void **state)
{
    (void)state;
    enum probe_change change;
    struct probe probe = probe_of(PROBE_READINESS, "{\"periodSeconds\":2,\"initialDelaySeconds\":5}");
    probe_start(&probe, 0, 0);
    assert_int_equal(ask(&probe, true, &change), 6 * SECOND);
}

static void test_thresholds(void **state)
{
    (void)state;
    static const struct {
        bool answer;
        enum probe_change change;
    } steps[] = {
        {true, PROBE_NO_CHANGE},  {true, PROBE_SUCCEEDED},  {false, PROBE_NO_CHANGE}, {false, PROBE_NO_CHANGE},
        {true, PROBE_NO_CHANGE},  {false, PROBE_NO_CHANGE}, {false, PROBE_NO_CHANGE}, {false, PROBE_FAILED},
        {false, PROBE_NO_CHANGE}, {true, PROBE_NO_CHANGE},  {true, PROBE_SUCCEEDED},
    };
    struct probe probe = probe_of(PROBE_READINESS, "{\"successThreshold\":2,\"failureThreshold\":3}");
    probe_start(&probe, 0, 0);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        enum probe_change change;
        ask(&probe, steps[i].answer, &change);
        assert_int_equal(change, steps[i].change);
    }
}

static void test_failed_liveness_stops(void **state)
{
    (void)state;
    enum probe_change change;
    struct probe probe = probe_of(PROBE_LIVENESS, "{\"failureThreshold\":1}");
    probe_start(&probe, 0, 0);
    ask(&probe, false, &change);
    assert_int_equal(change, PROBE_FAILED);
    assert_true(probe_next(&probe) == INT64_MAX);
    probe_start(&probe, 50 * SECOND, 50 * SECOND);
    assert_int_equal(probe_next(&probe), 60 * SECOND);
}

static void test_answer_after_stop_is_ignored(void **state)
{
    (void)state;
    struct probe probe = probe_of(PROBE_READINESS, "{}");
    probe_start(&probe, 0, 0);
    assert_true(probe_due(&probe, 20 * SECOND));
    probe_stop(&probe);
    assert_int_equal(probe_answer(&probe, true), PROBE_NO_CHANGE);
    assert_false(probe.good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_hostile_numbers_are_held),
        cmocka_unit_test(test_absent_probe_is_never_due),
        cmocka_unit_test(test_liveness_is_asked_each_period),
        cmocka_unit_test(test_late_call_skips_periods),
        cmocka_unit_test(test_first_readiness_is_soon),
        cmocka_unit_test(test_initial_delay),
        cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_failed_liveness_stops),
        cmocka_unit_test(test_answer_after_stop_is_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

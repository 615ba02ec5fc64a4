#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/load/schedule.h"

#define SECOND NANOSECONDS_PER_SECOND

static struct load_spec spec_of(enum load_executor executor, double start_rate, struct load_stage *stages, size_t count)
{
    return (struct load_spec){.executor = executor, .start_rate = start_rate, .stages = stages, .stage_count = count};
}

/* Requests due before a moment, by the closed form of the integral. */
static double integral_until(const struct load_spec *spec, double seconds)
{
    double total = 0;
    double rate = spec->start_rate;
    for (size_t i = 0; i < spec->stage_count && seconds > 0; i++) {
        double length = (double)spec->stages[i].duration / 1e9;
        double within = fmin(seconds, length);
        double reached = rate + (spec->stages[i].target - rate) * within / length;
        total += (rate + reached) / 2 * within;
        rate = spec->stages[i].target;
        seconds -= length;
    }
    return total;
}

static void test_constant_rate_is_evenly_spaced(void **state)
{
    (void)state;
    struct load_stage stages[] = {{.duration = 2 * SECOND, .target = 50}};
    struct load_spec spec = spec_of(EXECUTOR_CONSTANT_ARRIVAL_RATE, 50, stages, 1);
    struct schedule schedule;
    schedule_init(&schedule, &spec, NULL);
    int64_t intended = 0;
    uint64_t number = 0;
    for (int i = 0; i < 100; i++) {
        assert_true(schedule_next(&schedule, &number, &intended));
        assert_int_equal(intended, i * SECOND / 50);
    }
    assert_false(schedule_next(&schedule, &number, &intended));
    assert_int_equal(load_spec_planned(&spec), 100);
}

static void test_ramps_follow_the_integral(void **state)
{
    (void)state;
    struct load_stage stages[] = {
        {.duration = 8 * SECOND, .target = 60}, {.duration = 25 * SECOND, .target = 60}, {.duration = 5 * SECOND, .target = 0}};
    struct load_spec spec = spec_of(EXECUTOR_RAMPING_ARRIVAL_RATE, 0, stages, 3);
    struct schedule schedule;
    schedule_init(&schedule, &spec, NULL);
    int64_t intended = 0;
    uint64_t number = 0;
    int64_t before = 0;
    uint64_t count = 0;
    while (schedule_next(&schedule, &number, &intended)) {
        count++;
        assert_true(intended >= before);
        assert_true(fabs(integral_until(&spec, (double)intended / 1e9) - (double)count) < 1e-3);
        before = intended;
    }
    assert_int_equal(count, 240 + 1500 + 150);
    assert_int_equal(load_spec_planned(&spec), count);
}

static void test_fractions_carry_between_stages(void **state)
{
    (void)state;
    struct load_stage stages[10];
    for (size_t i = 0; i < 10; i++)
        stages[i] = (struct load_stage){.duration = SECOND, .target = 2.5};
    struct load_spec spec = spec_of(EXECUTOR_RAMPING_ARRIVAL_RATE, 2.5, stages, 10);
    struct schedule schedule;
    schedule_init(&schedule, &spec, NULL);
    int64_t intended = 0;
    uint64_t number = 0;
    int count = 0;
    while (schedule_next(&schedule, &number, &intended))
        count++;
    assert_int_equal(count, 25);
}

/* As many in each stage as with even spacing, the same for the same seed, and spread as a Poisson process spreads them. */
static void test_poisson_spacing(void **state)
{
    (void)state;
    struct load_stage stages[] = {{.duration = 10 * SECOND, .target = 1000},
                                  {.duration = 10 * SECOND, .target = 1000},
                                  {.duration = 5 * SECOND, .target = 0}};
    struct load_spec spec = spec_of(EXECUTOR_RAMPING_ARRIVAL_RATE, 0, stages, 3);
    spec.spacing = SPACING_POISSON;
    spec.seed = 7;
    struct schedule schedule, again;
    schedule_init(&schedule, &spec, NULL);
    schedule_init(&again, &spec, NULL);
    uint64_t counts[3] = {0};
    uint64_t short_gaps = 0;
    uint64_t first_half = 0;
    uint64_t number = 0;
    int64_t intended = 0;
    int64_t repeated = 0;
    int64_t before = 0;
    while (schedule_next(&schedule, &number, &intended)) {
        assert_true(schedule_next(&again, &number, &repeated) && repeated == intended && intended >= before);
        counts[intended <= 10 * SECOND ? 0 : intended <= 20 * SECOND ? 1 : 2]++;
        short_gaps += intended > 10 * SECOND && intended <= 20 * SECOND && intended - before < SECOND / 1000;
        first_half += intended <= 5 * SECOND;
        before = intended;
    }
    assert_int_equal(counts[0], 5000);
    assert_int_equal(counts[1], 10000);
    assert_int_equal(counts[2], 2500);
    /* Of exponential gaps 1 - 1/e are shorter than the mean; a ramp has a quarter of its requests in its first half. */
    assert_in_range(short_gaps, 6100, 6540);
    assert_in_range(first_half, 1130, 1370);
    spec.seed = 8;
    schedule_init(&again, &spec, NULL);
    schedule_init(&schedule, &spec, NULL);
    schedule.random = 7;
    assert_true(schedule_next(&schedule, &number, &intended) && schedule_next(&again, &number, &repeated));
    assert_true(intended != repeated);
}

static void test_nothing_due(void **state)
{
    (void)state;
    struct load_stage stages[] = {{.duration = 3 * SECOND, .target = 0}};
    struct load_spec spec = spec_of(EXECUTOR_RAMPING_ARRIVAL_RATE, 0, stages, 1);
    struct schedule schedule;
    schedule_init(&schedule, &spec, NULL);
    int64_t intended = 0;
    uint64_t number = 0;
    assert_false(schedule_next(&schedule, &number, &intended));
    assert_int_equal(load_spec_planned(&spec), 0);
    assert_int_equal(load_spec_duration(&spec), 3 * SECOND);
}

static void test_rate_at(void **state)
{
    (void)state;
    struct load_stage stages[] = {{.duration = 10 * SECOND, .target = 100}, {.duration = 10 * SECOND, .target = 50}};
    struct load_spec spec = spec_of(EXECUTOR_RAMPING_ARRIVAL_RATE, 0, stages, 2);
    assert_true(fabs(load_spec_rate_at(&spec, 5 * SECOND) - 50) < 1e-9);
    assert_true(fabs(load_spec_rate_at(&spec, 15 * SECOND) - 75) < 1e-9);
    assert_true(load_spec_rate_at(&spec, 20 * SECOND) == 0);
    assert_true(load_spec_rate_at(&spec, -1) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant_rate_is_evenly_spaced),
        cmocka_unit_test(test_ramps_follow_the_integral),
        cmocka_unit_test(test_fractions_carry_between_stages),
        cmocka_unit_test(test_poisson_spacing),
        cmocka_unit_test(test_nothing_due),
        cmocka_unit_test(test_rate_at),
    };
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}

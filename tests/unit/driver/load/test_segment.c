/* Parts of a load: they add up to the whole, to the request, and none is sent twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/schedule.h"
#include "driver/load/segment.h"

#define MOST_GENERATORS 64
#define MOST_STAGES 6
#define SCHEDULES 2000

static uint64_t random_state = 42;

static uint64_t random_below(uint64_t end)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % end;
}

static struct load_spec random_spec(struct load_stage *stages)
{
    bool constant = random_below(4) == 0;
    struct load_spec spec = {
        .executor = constant ? EXECUTOR_CONSTANT_ARRIVAL_RATE : EXECUTOR_RAMPING_ARRIVAL_RATE,
        .start_rate = (double)random_below(4000) / 100,
        .stages = stages,
        .stage_count = constant ? 1 : 1 + random_below(MOST_STAGES),
        .spacing = random_below(2) == 0 ? SPACING_UNIFORM : SPACING_POISSON,
        .seed = random_below(1000),
    };
    for (size_t i = 0; i < spec.stage_count; i++)
        stages[i] = (struct load_stage){.duration = (int64_t)(1 + random_below(5000)) * NANOSECONDS_PER_MILLISECOND,
                                        .target = constant ? spec.start_rate : (double)random_below(4000) / 100};
    return spec;
}

static struct segment *create(size_t index, size_t count, const uint32_t *weights)
{
    struct error error = ERROR_NONE;
    struct segment *segment = segment_create(index, count, weights, &error);
    if (segment == NULL)
        fail_msg("%s", error.text);
    return segment;
}

/* What one generator sends: each request at the moment that the whole schedule has for it, by nobody before. */
static void take_part(const struct load_spec *spec, const struct segment *segment, int64_t *moments, uint64_t total)
{
    struct schedule part;
    uint64_t number = 0;
    int64_t intended = 0;
    int64_t before = 0;
    uint64_t count = 0;
    schedule_init(&part, spec, segment);
    for (; schedule_next(&part, &number, &intended); count++) {
        assert_true(number < total);
        assert_int_equal(intended, moments[number]);
        assert_true(intended >= before);
        moments[number] = -1;
        before = intended;
    }
    assert_int_equal(count, schedule_total(&part));
    assert_int_equal(count, segment_share(segment, total));
}

static void check_parts(const struct load_spec *spec, size_t count, const uint32_t *weights)
{
    struct schedule whole;
    uint64_t number = 0;
    int64_t intended = 0;
    schedule_init(&whole, spec, NULL);
    uint64_t total = schedule_total(&whole);
    AUTO_FREE int64_t *moments = memory_allocate(total + 1, sizeof *moments);
    for (uint64_t i = 0; i < total; i++) {
        assert_true(schedule_next(&whole, &number, &intended));
        assert_int_equal(number, i);
        assert_in_range(intended, 0, load_spec_duration(spec));
        moments[i] = intended;
    }
    assert_false(schedule_next(&whole, &number, &intended));
    for (size_t i = 0; i < count; i++) {
        struct segment *segment = create(i, count, weights);
        take_part(spec, segment, moments, total);
        segment_destroy(segment);
    }
    for (uint64_t i = 0; i < total; i++)
        assert_int_equal(moments[i], -1);
}

static void test_parts_add_up_to_the_schedule(void **state)
{
    (void)state;
    struct load_stage stages[MOST_STAGES];
    uint32_t weights[MOST_GENERATORS];
    for (size_t i = 0; i < SCHEDULES; i++) {
        struct load_spec spec = random_spec(stages);
        size_t count = 1 + i % MOST_GENERATORS;
        weights[0] = 1;
        for (size_t j = 1; j < count; j++)
            weights[j] = (uint32_t)random_below(20);
        check_parts(&spec, count, random_below(2) == 0 ? NULL : weights);
    }
}

/* Parts of parts: each number belongs to one thread of one generator, which finds it by its rank too. */
static void test_parts_are_divided_again(void **state)
{
    (void)state;
    static const uint32_t weights[] = {5, 0, 3, 7};
    enum { GENERATORS = 4, THREADS = 3, NUMBERS = 1000 };
    int owners[NUMBERS] = {0};
    for (size_t generator = 0; generator < GENERATORS; generator++) {
        struct segment *whole = create(generator, GENERATORS, weights);
        uint64_t sum = 0;
        for (size_t thread = 0; thread < THREADS; thread++) {
            struct segment *part = segment_divide(whole, thread, THREADS);
            uint64_t rank = 0;
            for (uint64_t number = 0; number < NUMBERS; number++) {
                assert_int_equal(segment_share(part, number), rank);
                if (!segment_owns(part, number))
                    continue;
                assert_true(segment_owns(whole, number));
                assert_int_equal(segment_number(part, rank++), number);
                owners[number]++;
            }
            sum += rank;
            segment_destroy(part);
        }
        assert_int_equal(sum, segment_share(whole, NUMBERS));
        segment_destroy(whole);
    }
    for (uint64_t number = 0; number < NUMBERS; number++)
        assert_int_equal(owners[number], 1);
    struct segment *half = segment_divide(NULL, 1, 2);
    assert_int_equal(segment_number(half, 10), 21);
    assert_int_equal(segment_number(NULL, 10), 10);
    segment_destroy(half);
}

static void test_equal_shares_go_round(void **state)
{
    (void)state;
    for (size_t index = 0; index < 3; index++) {
        struct segment *segment = create(index, 3, NULL);
        for (uint64_t number = 0; number < 100; number++)
            assert_int_equal(segment_owns(segment, number), number % 3 == index);
        segment_destroy(segment);
    }
}

/* 3 : 1 : 2 of six: the first is due at 0, 2 and 4 sixths, the third at 0 and 3, the second at 0. */
static void test_unequal_weights_are_striped(void **state)
{
    (void)state;
    static const uint32_t weights[] = {30, 10, 20};
    static const size_t owners[] = {0, 2, 1, 0, 2, 0};
    for (size_t index = 0; index < 3; index++) {
        struct segment *segment = create(index, 3, weights);
        for (uint64_t number = 0; number < 60; number++)
            assert_int_equal(segment_owns(segment, number), owners[number % 6] == index);
        assert_int_equal(segment_share(segment, 600), weights[index] * 10);
        segment_destroy(segment);
    }
}

/* At each moment every generator has had its share, to less than two requests. */
static void test_stripes_are_even(void **state)
{
    (void)state;
    static const uint32_t weights[] = {33, 33, 34};
    for (size_t index = 0; index < 3; index++) {
        struct segment *segment = create(index, 3, weights);
        for (uint64_t total = 0; total <= 1000; total++) {
            double exact = (double)total * weights[index] / 100;
            double share = (double)segment_share(segment, total);
            assert_true(share > exact - 2 && share < exact + 2);
        }
        segment_destroy(segment);
    }
}

static void test_what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const uint32_t nothing[] = {0, 0};
    static const uint32_t odd[] = {100000, 99999};
    struct error error = ERROR_NONE;
    assert_null(segment_create(2, 2, NULL, &error));
    assert_string_equal(error.text, "there is no generator 2 of 2 (at most 1024)");
    assert_null(segment_create(0, 0, NULL, &error));
    assert_null(segment_create(0, 1025, NULL, &error));
    assert_null(segment_create(0, 2, nothing, &error));
    assert_string_equal(error.text, "the weights of the generators add up to 0, expected 1 to 100000");
    assert_null(segment_create(0, 2, odd, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_add_up_to_the_schedule),
        cmocka_unit_test(test_parts_are_divided_again),
        cmocka_unit_test(test_equal_shares_go_round),
        cmocka_unit_test(test_unequal_weights_are_striped),
        cmocka_unit_test(test_stripes_are_even),
        cmocka_unit_test(test_what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}

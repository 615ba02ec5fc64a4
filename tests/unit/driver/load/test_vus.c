/* Virtual users: how many there are at each moment, and what each of them does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/load/vus.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define MOST_SENT 10000

static struct load_spec spec_of(enum load_executor executor, double start, struct load_stage *stages, size_t count)
{
    return (struct load_spec){.executor = executor, .start_rate = start, .stages = stages, .stage_count = count};
}

/* A server that takes `service` for each answer, asked by the VUs until nobody begins a request any more. */
struct model {
    uint64_t sent;
    uint64_t numbers[MOST_SENT];
    uint32_t senders[MOST_SENT];
    int64_t begun[MOST_SENT];
    int64_t ended;
};

static void run(const struct load_spec *spec, const struct segment *segment, int64_t service, struct model *model)
{
    struct vus *vus = vus_create(spec, segment, NULL);
    uint64_t answered = 0;
    *model = (struct model){0};
    for (int64_t now = 0; !vus_are_over(vus, now) || answered < model->sent;) {
        for (; answered < model->sent && model->begun[answered] + service <= now; answered++)
            vus_give_back(vus, model->senders[answered], model->begun[answered] + service);
        while (model->sent < MOST_SENT && vus_take(vus, now, &model->senders[model->sent], &model->numbers[model->sent]))
            model->begun[model->sent++] = now;
        int64_t next = vus_next_turn(vus);
        int64_t answer = answered < model->sent ? model->begun[answered] + service : INT64_MAX;
        assert_true(vus_are_over(vus, now) || next > now);
        now = vus_are_over(vus, now) || answer < next ? answer : next;
        model->ended = answer == INT64_MAX ? model->ended : answer;
        if (now == INT64_MAX)
            break;
    }
    vus_destroy(vus);
}

static void test_constant_vus_send_when_they_have_their_answer(void **state)
{
    (void)state;
    static struct model model;
    struct load_stage stage = {.duration = SECOND, .target = 3};
    struct load_spec spec = spec_of(EXECUTOR_CONSTANT_VUS, 3, &stage, 1);
    run(&spec, NULL, 100 * MILLISECOND, &model);
    assert_int_equal(model.sent, 30);
    for (uint64_t i = 0; i < 30; i++) {
        assert_int_equal(model.begun[i], (int64_t)(i / 3) * 100 * MILLISECOND);
        assert_int_equal(model.numbers[i], i);
    }
    spec.think_time = 150 * MILLISECOND;
    run(&spec, NULL, 100 * MILLISECOND, &model);
    assert_int_equal(model.sent, 12);
    assert_int_equal(model.begun[3], 250 * MILLISECOND);
}

static void test_the_duration_ends_thinking_and_waits_for_answers(void **state)
{
    (void)state;
    static struct model model;
    struct load_stage stage = {.duration = SECOND, .target = 1};
    struct load_spec spec = spec_of(EXECUTOR_CONSTANT_VUS, 1, &stage, 1);
    spec.think_time = 3600 * SECOND;
    run(&spec, NULL, 5 * SECOND, &model);
    assert_int_equal(model.sent, 1);
    assert_int_equal(model.ended, 5 * SECOND);
}

static uint64_t at_once(const struct model *model, int64_t moment, int64_t service)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < model->sent; i++)
        count += model->begun[i] <= moment && moment < model->begun[i] + service ? 1 : 0;
    return count;
}

static void test_ramps_follow_the_line(void **state)
{
    (void)state;
    static struct model model;
    struct load_stage stages[] = {
        {.duration = 10 * SECOND, .target = 10}, {.duration = 2 * SECOND, .target = 10}, {.duration = 5 * SECOND, .target = 0}};
    struct load_spec spec = spec_of(EXECUTOR_RAMPING_VUS, 0, stages, 3);
    int64_t service = 10 * MILLISECOND;
    run(&spec, NULL, service, &model);
    for (int64_t second = 0; second < 10; second++)
        assert_int_equal(at_once(&model, second * SECOND + 500 * MILLISECOND, service), second);
    assert_int_equal(at_once(&model, 11 * SECOND, service), 10);
    assert_int_equal(at_once(&model, 12 * SECOND + 400 * MILLISECOND, service), 10);
    assert_int_equal(at_once(&model, 12 * SECOND + 600 * MILLISECOND, service), 9);
    assert_int_equal(at_once(&model, 16 * SECOND + 400 * MILLISECOND, service), 2);
    assert_int_equal(at_once(&model, 17 * SECOND, service), 0);
    assert_int_equal(load_spec_most_vus(&spec), 10);
}

static void test_shared_iterations_are_sent_once_each(void **state)
{
    (void)state;
    static struct model model;
    bool seen[25] = {false};
    struct load_stage stage = {.duration = 600 * SECOND, .target = 4};
    struct load_spec spec = spec_of(EXECUTOR_SHARED_ITERATIONS, 4, &stage, 1);
    spec.iterations = 25;
    static const uint64_t shares[] = {7, 6, 6, 6, 0, 0};
    for (size_t index = 0; index < 6; index++) {
        struct segment *segment = segment_create(index, 6, NULL, NULL);
        run(&spec, segment, MILLISECOND, &model);
        assert_int_equal(model.sent, shares[index]);
        for (uint64_t i = 0; i < model.sent; i++) {
            assert_false(seen[model.numbers[i]]);
            seen[model.numbers[i]] = true;
        }
        segment_destroy(segment);
    }
    for (size_t i = 0; i < 25; i++)
        assert_true(seen[i]);
}

static void test_each_vu_has_its_iterations(void **state)
{
    (void)state;
    static struct model model;
    uint64_t counts[5] = {0};
    struct load_stage stage = {.duration = 600 * SECOND, .target = 5};
    struct load_spec spec = spec_of(EXECUTOR_PER_VU_ITERATIONS, 5, &stage, 1);
    spec.iterations = 7;
    run(&spec, NULL, MILLISECOND, &model);
    assert_int_equal(model.sent, 35);
    assert_int_equal(model.ended, 7 * MILLISECOND);
    for (uint64_t i = 0; i < model.sent; i++)
        counts[model.senders[i]]++;
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(counts[i], 7);
}

static void test_the_longest_duration_cuts_iterations(void **state)
{
    (void)state;
    static struct model model;
    struct load_stage stage = {.duration = SECOND, .target = 2};
    struct load_spec spec = spec_of(EXECUTOR_SHARED_ITERATIONS, 2, &stage, 1);
    spec.iterations = 1000;
    run(&spec, NULL, 300 * MILLISECOND, &model);
    assert_int_equal(model.sent, 8);
}

static void test_generators_share_the_vus(void **state)
{
    (void)state;
    static const uint32_t weights[] = {3, 1};
    struct load_stage stages[] = {{.duration = SECOND, .target = 200}, {.duration = SECOND, .target = 200}};
    struct load_spec spec = spec_of(EXECUTOR_RAMPING_VUS, 0, stages, 2);
    for (size_t index = 0; index < 2; index++) {
        uint32_t vu = 0;
        uint64_t number = 0;
        uint64_t begun = 0;
        struct segment *segment = segment_create(index, 2, weights, NULL);
        struct vus *vus = vus_create(&spec, segment, NULL);
        while (vus_take(vus, 1500 * MILLISECOND, &vu, &number))
            begun++;
        assert_int_equal(begun, index == 0 ? 150 : 50);
        assert_int_equal(vus_count(vus), begun);
        vus_destroy(vus);
        segment_destroy(segment);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant_vus_send_when_they_have_their_answer),
        cmocka_unit_test(test_the_duration_ends_thinking_and_waits_for_answers),
        cmocka_unit_test(test_ramps_follow_the_line),
        cmocka_unit_test(test_shared_iterations_are_sent_once_each),
        cmocka_unit_test(test_each_vu_has_its_iterations),
        cmocka_unit_test(test_the_longest_duration_cuts_iterations),
        cmocka_unit_test(test_generators_share_the_vus),
    };
    return cmocka_run_group_tests_name("vus", tests, NULL, NULL);
}

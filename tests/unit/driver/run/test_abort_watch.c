/* Thresholds that end a load, on the way of its results to the recorder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/run/abort_watch.h"

#define SECOND NANOSECONDS_PER_SECOND

struct passed_on {
    int ticks, rows;
};

static void see_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    (void)spec;
    (void)tick;
    ((struct passed_on *)context)->ticks++;
}

static void see_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    (void)spec;
    (void)row;
    ((struct passed_on *)context)->rows++;
}

static void give(const struct load_sink *sink, const struct load_spec *spec, int64_t second, uint64_t ok, uint64_t lost)
{
    struct load_row row = {.second = second};
    const struct load_tick tick = {.second = second};
    row.outcomes[OUTCOME_OK] = ok;
    row.outcomes[OUTCOME_RESET] = lost;
    sink->row(sink->context, spec, &row);
    sink->tick(sink->context, spec, &tick);
}

static void test_a_threshold_ends_the_load_after_its_delay(void **state)
{
    (void)state;
    char *texts[] = {memory_copy_text("lost.count == 0"), memory_copy_text("http_req_failed{load:shop}: rate < 10%"),
                     memory_copy_text("response_time: p(99) < 1ms")};
    struct lesson_abort aborts[] = {{.expectation = 1, .delay = 5 * SECOND}, {.expectation = 2}};
    const struct lesson_variant variant = {.expect = {.count = 3, .texts = texts}, .abort_count = 2, .aborts = aborts};
    struct passed_on passed_on = {0};
    struct load_spec spec;
    load_spec_init(&spec);
    spec.name = memory_copy_text("shop");
    struct abort_watch *watch =
        abort_watch_create(&variant, (struct load_sink){.context = &passed_on, .tick = see_tick, .row = see_row});
    const struct load_sink sink = abort_watch_sink(watch);
    assert_null(abort_watch_failed(watch, 9 * SECOND)); /* nothing is known yet */
    give(&sink, &spec, 0, 95, 5);
    assert_null(abort_watch_failed(watch, 9 * SECOND));
    give(&sink, &spec, 1, 80, 20);
    assert_null(abort_watch_failed(watch, 2 * SECOND));
    assert_string_equal(abort_watch_failed(watch, 5 * SECOND), texts[1]);
    assert_int_equal(passed_on.ticks, 2);
    assert_int_equal(passed_on.rows, 2);
    abort_watch_destroy(watch);
    load_spec_release(&spec);
    for (size_t i = 0; i < 3; i++)
        free(texts[i]);
}

static void test_without_thresholds_nothing_is_in_the_way(void **state)
{
    (void)state;
    const struct lesson_variant variant = {.abort_count = 0};
    struct passed_on passed_on = {0};
    struct abort_watch *watch = abort_watch_create(&variant, (struct load_sink){.context = &passed_on, .tick = see_tick});
    assert_ptr_equal(abort_watch_sink(watch).context, &passed_on);
    assert_null(abort_watch_failed(watch, 100 * SECOND));
    abort_watch_destroy(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_threshold_ends_the_load_after_its_delay),
        cmocka_unit_test(test_without_thresholds_nothing_is_in_the_way),
    };
    return cmocka_run_group_tests_name("abort watch", tests, NULL, NULL);
}

/* The results of several generators as one stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/memory.h"
#include "driver/fleet/loss.h"
#include "driver/fleet/merge.h"

#define SECOND NANOSECONDS_PER_SECOND

/* What came out, as text: "row PART SECOND, tick PART SECOND TARGET". */
static void on_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    (void)spec;
    (void)buffer_append_format(context, "t%u.%d@%g ", tick->part, (int)tick->second, tick->target_rate);
}

static void on_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    (void)spec;
    (void)buffer_append_format(context, "r%u.%d ", row->part, (int)row->second);
}

static void on_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    (void)spec;
    (void)buffer_append_format(context, "e%u ", exemplar->part);
}

static struct merge *make(struct buffer *out, const struct load_spec *spec, size_t parts)
{
    const struct load_spec *const specs[] = {spec};
    const struct load_sink sink = {.context = out, .tick = on_tick, .row = on_row, .exemplar = on_exemplar};
    struct merge *merge = merge_create(specs, 1, &sink);
    buffer_init(out, 1 << 16);
    for (size_t i = 0; i < parts; i++) {
        assert_int_equal(merge_add_part(merge), i);
        merge_set_share(merge, i, 0, 1.0 / (double)parts);
    }
    return merge;
}

/* A row and the tick of one second. */
static void give(struct merge *merge, size_t place, int64_t second)
{
    struct wire_batch batch = {.row_count = 1, .tick_count = 1, .exemplar_count = 1};
    batch.rows = memory_allocate(1, sizeof *batch.rows);
    batch.ticks = memory_allocate(1, sizeof *batch.ticks);
    batch.exemplars = memory_allocate(1, sizeof *batch.exemplars);
    batch.rows[0].second = batch.ticks[0].second = second;
    batch.ticks[0].target_rate = 100;
    batch.ticks[0].planned = 10;
    merge_take(merge, place, &batch, 1);
    assert_null(batch.ticks);
}

static const char *flushed(struct merge *merge, struct buffer *out)
{
    buffer_clear(out);
    (void)buffer_append_text(out, "");
    merge_flush(merge);
    return out->data != NULL ? out->data : "";
}

static void test_a_second_waits_for_all_parts(void **state)
{
    (void)state;
    struct load_spec spec = {.name = NULL};
    AUTO_BUFFER struct buffer out = {0};
    struct merge *merge = make(&out, &spec, 2);
    give(merge, 0, 0);
    give(merge, 0, 1);
    assert_string_equal(flushed(merge, &out), "");
    give(merge, 1, 0);
    assert_string_equal(flushed(merge, &out), "");
    give(merge, 1, 1);
    assert_string_equal(flushed(merge, &out), "r1.0 e1 r2.0 e2 t1.0@50 t2.0@50 ");
    assert_string_equal(flushed(merge, &out), "");
    merge_end_part(merge, 0);
    assert_string_equal(flushed(merge, &out), "");
    merge_end_part(merge, 1);
    assert_string_equal(flushed(merge, &out), "r1.1 e1 r2.1 e2 t1.1@50 t2.1@50 ");
    assert_int_equal(merge_second(merge), 1);
    assert_int_equal(merge_told(merge, 1, 0).planned, 20);
    assert_int_equal(merge_told(merge, 1, 0).until, 2 * SECOND);
    merge_destroy(merge);
}

static void test_a_lost_part_holds_nobody_up(void **state)
{
    (void)state;
    struct load_spec spec = {.name = NULL};
    AUTO_BUFFER struct buffer out = {0};
    struct merge *merge = make(&out, &spec, 2);
    give(merge, 1, 0);
    for (int second = 0; second < 4; second++)
        give(merge, 0, second);
    assert_string_equal(flushed(merge, &out), "");
    merge_end_part(merge, 1);
    assert_string_equal(flushed(merge, &out), "r1.0 e1 r2.0 e2 t1.0@50 t2.0@50 r1.1 e1 t1.1@50 r1.2 e1 t1.2@50 ");
    merge_destroy(merge);
}

/* Its share of the target is still there, so that one sees what is missing. */
static void test_the_target_of_a_lost_part_stays(void **state)
{
    (void)state;
    struct load_stage stage = {.duration = 3 * SECOND, .target = 100};
    struct load_spec spec = {.executor = EXECUTOR_CONSTANT_ARRIVAL_RATE, .start_rate = 100, .stage_count = 1, .stages = &stage};
    AUTO_BUFFER struct buffer out = {0};
    struct merge *merge = make(&out, &spec, 2);
    merge_set_share(merge, 1, 2 * SECOND, 0);
    give(merge, 1, 0);
    for (int second = 0; second < 3; second++)
        give(merge, 0, second);
    merge_end_part(merge, 0);
    merge_end_part(merge, 1);
    assert_string_equal(flushed(merge, &out), "r1.0 e1 r2.0 e2 t1.0@50 t2.0@50 r1.1 e1 t1.1@50 t2.1@50 r1.2 e1 t1.2@50 ");
    merge_destroy(merge);
}

static void test_what_comes_late_is_handed_on(void **state)
{
    (void)state;
    struct load_spec spec = {.name = NULL};
    AUTO_BUFFER struct buffer out = {0};
    struct merge *merge = make(&out, &spec, 1);
    give(merge, 0, 0);
    merge_end_part(merge, 0);
    assert_string_equal(flushed(merge, &out), "r1.0 e1 t1.0@100 ");
    struct wire_batch rows = {.row_count = 1, .rows = memory_allocate(1, sizeof *rows.rows)};
    merge_take(merge, 0, &rows, 1);
    assert_string_equal(flushed(merge, &out), "r1.0 ");
    merge_destroy(merge);
}

static void test_a_part_that_joins_later(void **state)
{
    (void)state;
    struct load_spec spec = {.name = NULL};
    AUTO_BUFFER struct buffer out = {0};
    struct merge *merge = make(&out, &spec, 1);
    size_t second_part = merge_add_part(merge);
    merge_set_share(merge, 0, 2 * SECOND, 0.5);
    merge_set_share(merge, second_part, 2 * SECOND, 0.5);
    for (int second = 0; second < 4; second++)
        give(merge, 0, second);
    assert_string_equal(flushed(merge, &out), "r1.0 e1 t1.0@100 r1.1 e1 t1.1@100 ");
    give(merge, second_part, 2);
    give(merge, second_part, 3);
    assert_string_equal(flushed(merge, &out), "r1.2 e1 r2.2 e2 t1.2@50 t2.2@50 ");
    merge_destroy(merge);
}

static void test_how_much_a_load_is(void **state)
{
    (void)state;
    struct load_stage stages[] = {{.duration = 10 * SECOND, .target = 100},
                                  {.duration = 10 * SECOND, .target = 100},
                                  {.duration = 10 * SECOND, .target = 0}};
    struct load_spec spec = {.start_rate = 0, .stage_count = 3, .stages = stages};
    assert_true(loss_amount(&spec, 0, INT64_MAX) == 2000);
    assert_true(loss_amount(&spec, 5 * SECOND, 15 * SECOND) == 375 + 500);
    assert_true(loss_amount(&spec, 30 * SECOND, 40 * SECOND) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_second_waits_for_all_parts),    cmocka_unit_test(test_a_lost_part_holds_nobody_up),
        cmocka_unit_test(test_the_target_of_a_lost_part_stays), cmocka_unit_test(test_what_comes_late_is_handed_on),
        cmocka_unit_test(test_a_part_that_joins_later),         cmocka_unit_test(test_how_much_a_load_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

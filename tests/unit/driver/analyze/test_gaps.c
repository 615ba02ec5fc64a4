/* When the API was away, from what the watches told of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/analyze/gaps.h"

#define SECOND NANOSECONDS_PER_SECOND

static void see(struct gaps *gaps, int64_t time, enum change_type type, const char *resource)
{
    const struct change change = {.type = type, .resource = resource, .name = "", .text = type == CHANGE_GAP ? "refused" : NULL};
    gaps_see(gaps, time, &change);
}

static void test_from_the_first_to_the_last(void **state)
{
    (void)state;
    struct gaps gaps = {.texts = texts_create()};
    struct figures_texts *texts = gaps.texts;
    see(&gaps, 1 * SECOND, CHANGE_RESUMED, "pods"); /* of no gap */
    see(&gaps, 10 * SECOND, CHANGE_GAP, "pods");
    see(&gaps, 11 * SECOND, CHANGE_GAP, "events");
    see(&gaps, 12 * SECOND, CHANGE_GAP, "pods");
    see(&gaps, 20 * SECOND, CHANGE_RESUMED, "pods");
    see(&gaps, 21 * SECOND, CHANGE_ADDED, "pods");
    see(&gaps, 22 * SECOND, CHANGE_RESUMED, "events");
    assert_int_equal(gaps.count, 1);
    assert_int_equal(gaps.gaps[0].from, 10 * SECOND);
    assert_int_equal(gaps.gaps[0].until, 22 * SECOND);
    assert_false(gaps_hold(&gaps, 9 * SECOND));
    assert_true(gaps_hold(&gaps, 10 * SECOND));
    assert_true(gaps_hold(&gaps, 21 * SECOND));
    assert_false(gaps_hold(&gaps, 22 * SECOND));
    const struct variant_figures variant = {.name = "one"};
    assert_string_equal(
        gaps_describe(texts, &variant, &gaps.gaps[0]),
        "one: the API was away from 10.0 s to 22.0 s: what the cluster did then was told at its end, and is shown "
        "there (refused)");
    /* One watch after the other comes back and goes again: the same gap. */
    see(&gaps, 22 * SECOND + 1, CHANGE_GAP, "jobs");
    assert_int_equal(gaps.count, 1);
    see(&gaps, 23 * SECOND, CHANGE_RESUMED, "jobs");
    assert_int_equal(gaps.gaps[0].until, 23 * SECOND);
    see(&gaps, 40 * SECOND, CHANGE_GAP, "jobs");
    assert_int_equal(gaps.count, 2);
    assert_true(gaps_hold(&gaps, 1000 * SECOND));
    assert_string_equal(gaps_describe(texts, &variant, &gaps.gaps[1]),
                        "one: the API was away from 40.0 s to the end: what the cluster did then is not known (refused)");
    gaps_release(&gaps);
    texts_destroy(texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_the_first_to_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

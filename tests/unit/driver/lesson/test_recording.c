#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/lesson/recording.h"

static void test_recording_of_an_hpa(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct lesson *lesson = lesson_of_recording("hpa/cart", "shop", 90 * NANOSECONDS_PER_SECOND, &error);
    assert_non_null(lesson);
    assert_string_equal(lesson->namespace, "shop");
    assert_string_equal(lesson->watch_hpa, "cart");
    assert_string_equal(lesson_watched(lesson), "cart");
    assert_true(lesson_is_live(lesson));
    assert_int_equal(lesson->start, START_CREATED);
    assert_int_equal(lesson->load_count + lesson->step_count + lesson->variants[0].manifests.count, 0);
    assert_int_equal(lesson_load_duration(lesson), 90 * NANOSECONDS_PER_SECOND);
    assert_false(lesson->endless);
    lesson_destroy(lesson);
}

static void test_recording_without_an_end(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct lesson *lesson = lesson_of_recording("deployment/cart.v2", "shop", 0, &error);
    assert_non_null(lesson);
    assert_string_equal(lesson->watch_hpa, "");
    assert_string_equal(lesson_watched(lesson), "deployment/cart.v2");
    assert_true(lesson->endless);
    assert_int_equal(lesson_load_duration(lesson), 0);
    lesson_destroy(lesson);
}

static void refuse(const char *watched, const char *namespace, int64_t duration, const char *says)
{
    struct error error = ERROR_NONE;
    struct lesson *lesson = lesson_of_recording(watched, namespace, duration, &error);
    lesson_destroy(lesson);
    if (lesson != NULL || strstr(error.text, says) == NULL)
        fail_msg("%s in %s: \"%s\"", watched, namespace, error.text);
}

static void test_what_cannot_be_recorded(void **state)
{
    (void)state;
    refuse("cart", "shop", 0, "expected hpa/NAME, deployment/NAME or statefulset/NAME, not \"cart\"");
    refuse("hpa/", "shop", 0, "expected hpa/NAME");
    refuse("hpa/ca\"rt", "shop", 0, "expected hpa/NAME");
    refuse("daemonset/cart", "shop", 0, "expected hpa/NAME");
    refuse("hpa/cart", "", 0, "no name of a namespace");
    refuse("hpa/cart", "shop\nspec: {}", 0, "no name of a namespace");
    refuse("hpa/cart", "sh.op", 0, "namespace: expected a name of at most 63");
    refuse("hpa/cart", "shop", 48 * 3600 * NANOSECONDS_PER_SECOND, "duration: expected a duration from 1 s to 24 h");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recording_of_an_hpa),
        cmocka_unit_test(test_recording_without_an_end),
        cmocka_unit_test(test_what_cannot_be_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "driver/lesson/highest_rate.h"

#define HEAD                                                                                                                     \
    "apiVersion: hpalab/v1\nkind: Lesson\nmetadata: {name: sample}\nspec:\n  namespace: shop\n  watch: {hpa: cart}\n"            \
    "  variants: [{name: one}]\n"

static double highest(const char *loads, const char **closed)
{
    struct error error = ERROR_NONE;
    const struct load_spec *first = NULL;
    AUTO_FREE char *text = memory_format(HEAD "%s", loads);
    struct lesson *lesson = lesson_parse("sample", text, "quick", NULL, &error);
    if (lesson == NULL)
        fail_msg("%s", error.text);
    assert_true(lesson_has_load(lesson));
    double rate = lesson_highest_rate(lesson, &first);
    *closed = first != NULL ? load_executor_name(first->executor) : NULL;
    lesson_destroy(lesson);
    return rate;
}

#define URL "url: http://cart/, "

static void test_open_loads_add_up(void **state)
{
    (void)state;
    const char *closed = NULL;
    assert_true(highest("  load: [{name: a, executor: constant-arrival-rate, " URL "rate: 30, duration: 10s}]\n", &closed) == 30);
    assert_null(closed);
    /* 100 at 10 s falls to 0 at 20 s while the other grows from 0 to 90: 100 at 10 s, not 190 */
    assert_true(highest("  load:\n"
                        "  - {name: a, executor: ramping-arrival-rate, " URL
                        "stages: [{duration: 10s, target: 100}, {duration: 10s, target: 0}]}\n"
                        "  - {name: b, executor: ramping-arrival-rate, " URL
                        "stages: [{duration: 10s, target: 0}, {duration: 10s, target: 90}]}\n",
                        &closed) == 100);
    assert_true(highest("  load:\n"
                        "  - {name: a, executor: constant-arrival-rate, " URL "rate: 30, duration: 10s}\n"
                        "  - {name: b, executor: constant-arrival-rate, " URL "rate: 40, duration: 5s}\n",
                        &closed) == 70);
}

static void test_warm_up_counts_alone(void **state)
{
    (void)state;
    const char *closed = NULL;
    assert_true(highest("  load: [{name: a, executor: constant-arrival-rate, " URL "rate: 30, duration: 10s}]\n"
                        "  warmUp: {name: w, executor: constant-arrival-rate, " URL "rate: 50, duration: 1s}\n",
                        &closed) == 50);
}

static void test_a_closed_model_has_no_rate(void **state)
{
    (void)state;
    const char *closed = NULL;
    assert_true(highest("  load:\n"
                        "  - {name: a, executor: constant-arrival-rate, " URL "rate: 30, duration: 10s}\n"
                        "  - {name: b, executor: constant-vus, " URL "vus: 500, duration: 10s}\n",
                        &closed) == 30);
    assert_string_equal(closed, "constant-vus");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_loads_add_up),
        cmocka_unit_test(test_warm_up_counts_alone),
        cmocka_unit_test(test_a_closed_model_has_no_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How often a client may ask, with the clock as an argument. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/clock.h"
#include "kube/limit.h"

#define SECOND NANOSECONDS_PER_SECOND
#define NEVER INT64_MAX

static void test_no_second_has_more(void **state)
{
    (void)state;
    struct limit limit;
    int64_t moments[200];
    limit_open(&limit, 10);
    for (int i = 0; i < 200; i++) {
        /* Askers in a hurry, and then one that comes late. */
        int64_t now = i < 150 ? 0 : 100 * SECOND + i;
        assert_true(limit_take(&limit, now, NEVER, &moments[i]));
        assert_true(moments[i] >= now);
    }
    for (int i = 10; i < 200; i++)
        assert_true(moments[i] - moments[i - 10] > SECOND);
    assert_int_equal(moments[9], 0);
    assert_true(moments[149] < 17 * SECOND);
    assert_int_equal(moments[150], 100 * SECOND + 150);
    limit_close(&limit);
}

static void test_who_cannot_wait_takes_nothing(void **state)
{
    (void)state;
    struct limit limit;
    int64_t moment;
    limit_open(&limit, 1);
    assert_true(limit_take(&limit, 0, 0, &moment));
    for (int i = 0; i < 5; i++)
        assert_false(limit_take(&limit, 1, SECOND, &moment));
    assert_true(limit_take(&limit, 1, 2 * SECOND, &moment));
    assert_true(moment < 2 * SECOND);
    limit_close(&limit);
}

static void test_no_limit(void **state)
{
    (void)state;
    struct limit limit;
    int64_t moment;
    limit_open(&limit, 1);
    assert_true(limit_take(&limit, 5, 5, &moment));
    limit_set(&limit, 0);
    for (int i = 0; i < 100; i++) {
        assert_true(limit_take(&limit, 5, 5, &moment));
        assert_int_equal(moment, 5);
    }
    limit_close(&limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_second_has_more),
        cmocka_unit_test(test_who_cannot_wait_takes_nothing),
        cmocka_unit_test(test_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

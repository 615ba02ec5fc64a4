/* Back-off between tries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/kubelet/back_off.h"
#include "common/clock.h"

#define SECOND NANOSECONDS_PER_SECOND

static void test_waits_double_to_the_maximum(void **state)
{
    (void)state;
    static const int64_t waits[] = {0, 10, 20, 40, 80, 160, 300, 300, 300};
    struct back_off back_off = {0};
    int64_t now = 1000 * SECOND;
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        assert_int_equal(back_off_until(&back_off, now), now + waits[i] * SECOND);
        now = back_off_until(&back_off, now);
        back_off_raise(&back_off, 10 * SECOND, 300 * SECOND, 600 * SECOND, now);
        now += SECOND;
    }
}

static void test_starts_over_after_a_long_time(void **state)
{
    (void)state;
    struct back_off back_off = {0};
    for (int i = 0; i < 4; i++)
        back_off_raise(&back_off, 10 * SECOND, 300 * SECOND, 600 * SECOND, i * SECOND);
    assert_int_equal(back_off.wait, 80 * SECOND);
    back_off_raise(&back_off, 10 * SECOND, 300 * SECOND, 600 * SECOND, 700 * SECOND);
    assert_int_equal(back_off.wait, 10 * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_double_to_the_maximum),
        cmocka_unit_test(test_starts_over_after_a_long_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

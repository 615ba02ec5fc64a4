/* Back-off between tries, and durations in the form of Go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

static void test_durations(void **state)
{
    (void)state;
    static const struct {
        int64_t nanoseconds;
        const char *text;
    } rows[] = {
        {0, "0s"},
        {15003000000, "15.003s"},
        {15 * SECOND, "15s"},
        {11406492672, "11.406492672s"},
        {10 * SECOND, "10s"},
        {80 * SECOND, "1m20s"},
        {300 * SECOND, "5m0s"},
        {3661 * SECOND, "1h1m1s"},
        {400 * 1000000, "400ms"},
        {1500000, "1.5ms"},
        {2500, "2.5µs"},
        {17, "17ns"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[GO_DURATION_SIZE];
        assert_string_equal(go_duration(rows[i].nanoseconds, text), rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_double_to_the_maximum),
        cmocka_unit_test(test_starts_over_after_a_long_time),
        cmocka_unit_test(test_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

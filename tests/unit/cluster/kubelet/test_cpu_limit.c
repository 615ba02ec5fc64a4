/* The arithmetic of CPU limits, against a simulated process that uses every processor it is given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/kubelet/cpu_limit.h"

#define MILLISECOND INT64_C(1000000)

/* Runs for a time on `threads` processors whenever it is not stopped, looked at `late` nanoseconds after each moment that
 * was asked for; returns the CPU used. */
static int64_t simulate(int64_t millicores, int threads, int64_t late, int64_t length, int64_t *looks)
{
    struct cpu_limit limit;
    int64_t used = 0, now = 5 * MILLISECOND;
    const int64_t end = now + length;
    cpu_limit_start(&limit, millicores, used, now);
    bool stopped = false;
    for (*looks = 0; now < end; (*looks)++) {
        const int64_t next = cpu_limit_next(&limit, threads, now) + late;
        assert_true(next > now);
        if (!stopped)
            used += (next - now) * threads;
        now = next;
        stopped = cpu_limit_step(&limit, used, now);
    }
    return used;
}

static void test_mean_holds(void **state)
{
    (void)state;
    static const int64_t limits[] = {10, 50, 100, 250, 500, 900, 1500};
    const int64_t length = INT64_C(5000000000);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        for (int64_t late = 0; late <= 8 * MILLISECOND; late += 4 * MILLISECOND) {
            int64_t looks;
            const double used = (double)simulate(limits[i], 2, late, length, &looks);
            const double allowed = (double)limits[i] / 1000 * (double)length;
            assert_true(used > allowed * 0.9);
            assert_true(used < allowed * 1.1 + 20e6); /* the end of the time cuts a period */
        }
}

static void test_overshoot_is_paid_back(void **state)
{
    (void)state;
    struct cpu_limit limit;
    cpu_limit_start(&limit, 100, 0, 0); /* 10 ms a period */
    assert_true(cpu_limit_step(&limit, 35 * MILLISECOND, 40 * MILLISECOND));
    assert_int_equal(limit.left, -25 * MILLISECOND);
    assert_int_equal(cpu_limit_next(&limit, 1, 40 * MILLISECOND), 300 * MILLISECOND);
    assert_true(cpu_limit_step(&limit, 35 * MILLISECOND, 100 * MILLISECOND));
    assert_true(cpu_limit_step(&limit, 35 * MILLISECOND, 200 * MILLISECOND));
    assert_false(cpu_limit_step(&limit, 35 * MILLISECOND, 300 * MILLISECOND));
    assert_int_equal(limit.left, 5 * MILLISECOND);
}

static void test_unused_quota_is_lost(void **state)
{
    (void)state;
    struct cpu_limit limit;
    cpu_limit_start(&limit, 100, 0, 0);
    assert_false(cpu_limit_step(&limit, 0, 1000 * MILLISECOND));
    assert_int_equal(limit.left, 10 * MILLISECOND);
}

static void test_idle_is_looked_at_seldom(void **state)
{
    (void)state;
    struct cpu_limit limit;
    int64_t looks = 0;
    cpu_limit_start(&limit, 50, 0, 0);
    for (int64_t now = 0; now < 1000 * MILLISECOND; looks++) {
        now = cpu_limit_next(&limit, 2, now);
        cpu_limit_step(&limit, 0, now);
    }
    assert_true(looks <= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mean_holds),
        cmocka_unit_test(test_overshoot_is_paid_back),
        cmocka_unit_test(test_unused_quota_is_lost),
        cmocka_unit_test(test_idle_is_looked_at_seldom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

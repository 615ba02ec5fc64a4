/* Leases of CPU: what is planned second by second, and what is left when nobody renews. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "driver/load/lease.h"
#include "driver/load/resource_load.h"

/* One second of a driver that gets all that it plans; returns what is used in it. */
static int64_t live_a_second(struct leases *leases, int64_t wanted)
{
    int64_t plan[LEASE_SECONDS];
    leases_plan(leases, wanted, plan);
    for (int seconds = 1; seconds <= LEASE_SECONDS; seconds++)
        leases_take(leases, plan[seconds - 1], seconds);
    int64_t used = leases->amounts[0];
    leases_pass_second(leases);
    return used;
}

static void test_steady_share_is_exact_from_its_first_second(void **state)
{
    (void)state;
    for (int64_t wanted = 0; wanted < 50; wanted++) {
        struct leases leases = {0};
        for (int second = 0; second < 20; second++)
            assert_int_equal(live_a_second(&leases, wanted), wanted);
    }
}

static void test_no_second_hangs_on_one_lease(void **state)
{
    (void)state;
    struct leases leases = {0};
    int64_t plan[LEASE_SECONDS];
    for (int second = 0; second < 5; second++)
        (void)live_a_second(&leases, 300);
    leases_plan(&leases, 300, plan);
    assert_int_equal(plan[LEASE_SECONDS - 1], 100);
    assert_int_equal(plan[0] + plan[1], 0);
}

static void test_growth_comes_at_once_and_shrinking_within_a_lease(void **state)
{
    (void)state;
    struct leases leases = {0};
    (void)live_a_second(&leases, 100);
    assert_int_equal(live_a_second(&leases, 1000), 1000);
    for (int second = 0; second < LEASE_SECONDS - 1; second++)
        assert_true(live_a_second(&leases, 10) <= 1000);
    assert_int_equal(live_a_second(&leases, 10), 10);
}

static void test_nothing_is_left_of_a_driver_that_was_killed(void **state)
{
    (void)state;
    struct leases leases = {0};
    for (int second = 0; second < 10; second++)
        (void)live_a_second(&leases, 777);
    for (int second = 0; second < LEASE_SECONDS; second++)
        leases_pass_second(&leases);
    for (int second = 0; second < LEASE_SECONDS; second++)
        assert_int_equal(leases.amounts[second], 0);
}

static void test_parts_add_up(void **state)
{
    (void)state;
    for (int64_t total = 0; total < 30; total++) {
        for (size_t count = 1; count < 8; count++) {
            int64_t sum = 0;
            for (size_t i = 0; i < count; i++) {
                int64_t part = resource_part(total, count, i);
                assert_true(part == total / (int64_t)count || part == total / (int64_t)count + 1);
                sum += part;
            }
            assert_int_equal(sum, total);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steady_share_is_exact_from_its_first_second),
        cmocka_unit_test(test_no_second_hangs_on_one_lease),
        cmocka_unit_test(test_growth_comes_at_once_and_shrinking_within_a_lease),
        cmocka_unit_test(test_nothing_is_left_of_a_driver_that_was_killed),
        cmocka_unit_test(test_parts_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

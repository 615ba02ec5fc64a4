#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "driver/observe/workload.h"

struct owner_row {
    const char *workload, *owner;
    bool is_owned;
};

static void test_owners_of_a_workloads_pods(void **state)
{
    static const struct owner_row rows[] = {
        {"cart", "cart-7d9c5b8f6d", true}, /* a Deployment's ReplicaSet */
        {"cart", "cart", true},            /* a StatefulSet */
        {"cart", "cart-cache-7d9c5b8f6d", false},
        {"cart", "cartoon-7d9c5b8f6d", false},
        {"cart", "checkout-7d9c5b8f6d", false},
        {"cart", "", false},
        {"", "anything", true},
        {"", "generators-7d9c5b8f6d", false}, /* they send the load */
        {"generators", "generators-7d9c5b8f6d", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (workload_has_owner(rows[i].workload, rows[i].owner) != rows[i].is_owned)
            fail_msg("\"%s\" of \"%s\"", rows[i].owner, rows[i].workload);
}

static void test_what_is_watched(void **state)
{
    (void)state;
    assert_string_equal(workload_of_watched("deployment/cart"), "cart");
    assert_null(workload_of_watched("cart"));
    assert_null(workload_of_watched(""));
}

static void test_which_workload_is_meant(void **state)
{
    (void)state;
    assert_true(workload_is("cart", "cart") && !workload_is("cart", "cart-cache"));
    assert_true(workload_is("", "anything") && !workload_is("", WORKLOAD_GENERATORS));
    assert_true(workload_is(WORKLOAD_GENERATORS, WORKLOAD_GENERATORS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owners_of_a_workloads_pods),
        cmocka_unit_test(test_what_is_watched),
        cmocka_unit_test(test_which_workload_is_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

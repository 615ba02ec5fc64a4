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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owners_of_a_workloads_pods),
        cmocka_unit_test(test_what_is_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Which controllers a list of --controllers lets run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/controllers/choice.h"
#include "cluster/controllers/controllers.h"

static void test_choice(void **state)
{
    static const struct {
        const char *list;
        const char *name;
        bool chosen;
    } rows[] = {
        {NULL, "deployment", true},
        {"*", "deployment", true},
        {"", "deployment", true},
        {"-hpa,-deployment,-replicaset", "horizontal", false},
        {"-hpa,-deployment,-replicaset", "deployment", false},
        {"-hpa,-deployment,-replicaset", "replicaset", false},
        {"-hpa,-deployment,-replicaset", "scheduler", true},
        {"*,-replicaset-controller", "replicaset", false},
        {"*,-replicaset-controller", "deployment", true},
        {"-replicaset,*", "replicaset", false},
        {"deployment", "deployment", true},
        {"deployment", "replicaset", false},
        {"horizontal-pod-autoscaler-controller", "horizontal", true},
        {"garbagecollector", "garbage-collector", true},
        {"garbage-collector-controller", "garbage-collector", true},
        {"-deploy", "deployment", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (controller_is_chosen(rows[i].list, rows[i].name) != rows[i].chosen)
            fail_msg("%s: %s", rows[i].list, rows[i].name);
    }
}

static void test_check(void **state)
{
    struct error error = ERROR_NONE;
    (void)state;
    assert_int_equal(controllers_check("*,-hpa,-deployment-controller,replicaset,-scheduler", &error), 0);
    assert_int_equal(controllers_check("-hpa,-nothing", &error), -1);
    assert_string_equal(error.text, "--controllers: \"nothing\" is not in the list of known controllers");
    assert_int_equal(controllers_check("-", &error), -1);
    assert_int_equal(controllers_check("-*", &error), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

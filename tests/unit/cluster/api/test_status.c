/* The Status object's shape. */
#include "tests/unit/cluster/api/registry_fixture.h"

#include "cluster/api/status.h"

static void check(const struct status *status, const char *expected)
{
    AUTO_JSON cJSON *tree = status_to_json(status);
    AUTO_FREE char *text = json_print(tree);
    assert_string_equal(text, expected);
}

static void test_failure(void **state)
{
    (void)state;
    AUTO_STATUS struct status status = {0};
    assert_int_equal(status_set(&status, 404, "NotFound", "pods \"%s\" not found", "x"), -1);
    status_set_details(&status, "x", "", "pods");
    check(&status,
          "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"pods \\\"x\\\" not "
          "found\",\"reason\":\"NotFound\",\"details\":{\"name\":\"x\",\"kind\":\"pods\"},\"code\":404}");
}

static void test_success(void **state)
{
    (void)state;
    AUTO_STATUS struct status status = {.code = 200};
    status_set_details(&status, "x", "apps", "deployments");
    check(&status,
          "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Success\",\"details\":{\"name\":\"x\","
          "\"group\":\"apps\",\"kind\":\"deployments\"}}");
}

static void test_set_again_forgets(void **state)
{
    (void)state;
    AUTO_STATUS struct status status = {0};
    (void)status_set(&status, 409, "Conflict", "first");
    status_set_details(&status, "x", "", "pods");
    (void)status_set(&status, 500, "", "%s", status_message(&status));
    assert_null(status.details);
    assert_string_equal(status_message(&status), "first");
    assert_int_equal(status_set(NULL, 500, "", "nobody wants it"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failure),
        cmocka_unit_test(test_success),
        cmocka_unit_test(test_set_again_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

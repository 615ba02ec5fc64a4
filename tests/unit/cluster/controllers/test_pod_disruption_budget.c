/* The status of PodDisruptionBudgets follows the pods. */
#include "cluster/controllers/conditions.h"
#include "tests/unit/cluster/controllers/fixture.h"

static void expect_status(struct fixture *fixture, int64_t allowed, int64_t healthy, int64_t desired, int64_t expected,
                          const char *reason)
{
    AUTO_OBJECT struct object *budget = fixture_get(fixture, RESOURCE_PODDISRUPTIONBUDGETS, "default", "web");
    const cJSON *status = json_get(object_tree(budget), "status");
    assert_int_equal(json_integer(json_get(status, "disruptionsAllowed"), -1), allowed);
    assert_int_equal(json_integer(json_get(status, "currentHealthy"), -1), healthy);
    assert_int_equal(json_integer(json_get(status, "desiredHealthy"), -1), desired);
    assert_int_equal(json_integer(json_get(status, "expectedPods"), -1), expected);
    assert_int_equal(json_integer(json_get(status, "observedGeneration"), -1),
                     json_integer(json_get(object_tree(budget), "metadata", "generation"), 0));
    assert_true(condition_has_reason(condition_find(status, "DisruptionAllowed"), reason));
}

/* What has changed is seen first, and counted a moment later. */
static void let_it_count(struct fixture *fixture)
{
    fixture_settle(fixture);
    fixture_advance(fixture, 1);
}

static void test_status(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open();
    fixture_node(fixture, "n1", "8", "50");
    fixture_make(
        fixture, RESOURCE_PODDISRUPTIONBUDGETS, "default",
        "{\"apiVersion\":\"policy/v1\",\"kind\":\"PodDisruptionBudget\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"selector\":"
        "{},\"maxUnavailable\":1}}");
    fixture_settle(fixture);
    expect_status(fixture, 0, 0, 0, 0, "InsufficientPods");
    fixture_deployment(fixture, 3, "web", "");
    fixture_converge(fixture);
    let_it_count(fixture);
    expect_status(fixture, 1, 3, 2, 3, "SufficientPods");
    fixture_change(fixture, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_NONE, "{\"spec\":{\"replicas\":5}}");
    let_it_count(fixture);
    expect_status(fixture, 0, 3, 4, 5, "InsufficientPods");
    fixture_converge(fixture);
    let_it_count(fixture);
    expect_status(fixture, 1, 5, 4, 5, "SufficientPods");
    fixture_change(fixture, RESOURCE_PODDISRUPTIONBUDGETS, "default", "web", SUBRESOURCE_NONE,
                   "{\"spec\":{\"maxUnavailable\":\"40%\"}}");
    fixture_settle(fixture);
    expect_status(fixture, 2, 5, 3, 5, "SufficientPods");
    fixture_make(
        fixture, RESOURCE_PODS, "default",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"lonely\"},\"spec\":{\"containers\":[{\"name\":\"c\","
        "\"image\":\"i:1\"}]}}");
    let_it_count(fixture);
    expect_status(fixture, 0, 5, 0, 0, "SyncFailed");
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_status)};
    return cmocka_run_group_tests_name("cluster/controllers/pod_disruption_budget", tests, NULL, NULL);
}

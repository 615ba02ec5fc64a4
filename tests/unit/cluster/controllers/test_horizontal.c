#include "tests/unit/cluster/controllers/fixture.h"

#define AUTOSCALERS RESOURCE_HORIZONTALPODAUTOSCALERS

static void make_autoscaler(struct fixture *fixture, const char *name, const char *target)
{
    AUTO_FREE char *text = memory_format(
        "{\"apiVersion\":\"autoscaling/v2\",\"kind\":\"HorizontalPodAutoscaler\",\"metadata\":{\"name\":\"%s\"},\"spec\":{"
        "\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"%s\"},\"minReplicas\":1,"
        "\"maxReplicas\":6,\"metrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{"
        "\"type\":\"Utilization\",\"averageUtilization\":50}}}]}}",
        name, target);
    fixture_make(fixture, AUTOSCALERS, "default", text);
}

static void expect_condition(struct fixture *fixture, const char *type, const char *value, const char *reason,
                             const char *message)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, AUTOSCALERS, "default", "web");
    const cJSON *condition = condition_find(json_get(object_tree(object), "status"), type);
    assert_non_null(condition);
    assert_string_equal(json_text(json_get(condition, "status"), ""), value);
    assert_string_equal(json_text(json_get(condition, "reason"), ""), reason);
    assert_string_equal(json_text(json_get(condition, "message"), ""), message);
}

static int64_t replicas(struct fixture *fixture)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, RESOURCE_DEPLOYMENTS, "default", "web");
    return json_integer(json_get(object_tree(object), "spec", "replicas"), 0);
}

static void test_first_sync_comes_after_one_period(void **state)
{
    struct fixture *fixture = *state;
    make_autoscaler(fixture, "web", "web");
    fixture_settle(fixture);
    fixture_advance(fixture, 14.9);
    AUTO_OBJECT struct object *before = fixture_get(fixture, AUTOSCALERS, "default", "web");
    assert_null(json_get(object_tree(before), "status", "conditions"));
    fixture_change(fixture, AUTOSCALERS, "default", "web", SUBRESOURCE_NONE, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}");
    fixture_advance(fixture, 0.2);
    expect_condition(fixture, "AbleToScale", "False", "FailedGetScale",
                     "the HPA controller was unable to get the target's current scale: deployments/scale.apps \"web\" not found");
    assert_true(fixture_has_event(fixture, "FailedGetScale", "deployments/scale.apps \"web\" not found"));
}

static void start_web(struct fixture *fixture)
{
    fixture_node(fixture, "n1", "8", "110");
    fixture_deployment(fixture, 1, "webapp", "");
    fixture_converge(fixture);
    fixture_advance(fixture, 400); /* older than the cpu initialization period */
    make_autoscaler(fixture, "web", "web");
    fixture_settle(fixture);
}

static void test_scales_up_and_down(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture);
    fixture->milli_per_pod = 120; /* 120% of the request, target 50% */
    fixture_advance(fixture, 15);
    assert_int_equal(replicas(fixture), 3);
    expect_condition(fixture, "AbleToScale", "True", "SucceededRescale",
                     "the HPA controller was able to update the target scale to 3");
    assert_true(fixture_has_event(fixture, "SuccessfulRescale",
                                  "New size: 3; reason: cpu resource utilization (percentage of request) above target"));
    fixture_converge(fixture);
    fixture->milli_per_pod = 1;
    fixture_advance(fixture, 15);
    assert_int_equal(replicas(fixture), 3); /* stabilized */
    for (int i = 0; i < 21; i++)
        fixture_advance(fixture, 15);
    assert_int_equal(replicas(fixture), 1);
    assert_true(fixture_has_event(fixture, "SuccessfulRescale", "New size: 1; reason: All metrics below target"));
    AUTO_OBJECT struct object *object = fixture_get(fixture, AUTOSCALERS, "default", "web");
    const cJSON *metric = cJSON_GetArrayItem(json_get(object_tree(object), "status", "currentMetrics"), 0);
    assert_string_equal(json_text(json_get(metric, "resource", "current", "averageValue"), ""), "1m");
    assert_int_equal(json_integer(json_get(metric, "resource", "current", "averageUtilization"), 0), 1);
}

static void test_metrics_api_that_is_down(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture);
    fixture->milli_per_pod = -1;
    fixture_advance(fixture, 15);
    assert_int_equal(replicas(fixture), 1);
    expect_condition(fixture, "ScalingActive", "False", "FailedGetResourceMetric",
                     "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for "
                     "resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle "
                     "the request (get pods.metrics.k8s.io)");
}

static void test_two_autoscalers_of_the_same_pods(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture);
    make_autoscaler(fixture, "other", "web");
    fixture->milli_per_pod = 120;
    fixture_advance(fixture, 15);
    fixture_advance(fixture, 15);
    AUTO_OBJECT struct object *object = fixture_get(fixture, AUTOSCALERS, "default", "web");
    const cJSON *condition = condition_find(json_get(object_tree(object), "status"), "ScalingActive");
    assert_string_equal(json_text(json_get(condition, "reason"), ""), "AmbiguousSelector");
}

static void test_status_is_written_when_it_changed(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture);
    fixture->milli_per_pod = 50;
    fixture_advance(fixture, 15);
    fixture_advance(fixture, 15);
    AUTO_OBJECT struct object *before = fixture_get(fixture, AUTOSCALERS, "default", "web");
    fixture_advance(fixture, 15);
    AUTO_OBJECT struct object *after = fixture_get(fixture, AUTOSCALERS, "default", "web");
    assert_int_equal(object_version(before), object_version(after));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_first_sync_comes_after_one_period), FIXTURE_TEST(test_scales_up_and_down),
        FIXTURE_TEST(test_metrics_api_that_is_down),          FIXTURE_TEST(test_two_autoscalers_of_the_same_pods),
        FIXTURE_TEST(test_status_is_written_when_it_changed),
    };
    return cmocka_run_group_tests_name("cluster/controllers/horizontal", tests, NULL, NULL);
}

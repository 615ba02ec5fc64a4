/* Where an autoscaler's metrics come from, and what it says when they do not come. */
#include "tests/unit/cluster/controllers/fixture.h"

#define AUTOSCALERS RESOURCE_HORIZONTALPODAUTOSCALERS

static void make_autoscaler(struct fixture *fixture, const char *name, const char *metric)
{
    AUTO_FREE char *text = memory_format(
        "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\","
        "\"name\":\"web\"},\"minReplicas\":1,\"maxReplicas\":6,\"metrics\":[%s]}}",
        name, metric);
    fixture_make(fixture, AUTOSCALERS, "default", text);
    fixture_settle(fixture);
}

/* A Deployment whose one pod is old, and an autoscaler of it. */
static void start_web(struct fixture *fixture, const char *metric)
{
    fixture_node(fixture, "n1", "8", "110");
    fixture_deployment(fixture, 1, "webapp", "");
    fixture_converge(fixture);
    fixture_advance(fixture, 400);
    make_autoscaler(fixture, "web", metric);
}

static int64_t replicas(struct fixture *fixture)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, RESOURCE_DEPLOYMENTS, "default", "web");
    return json_integer(json_get(object_tree(object), "spec", "replicas"), 0);
}

static void expect_inactive(struct fixture *fixture, const char *reason, const char *message)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, AUTOSCALERS, "default", "web");
    const cJSON *condition = condition_find(json_get(object_tree(object), "status"), "ScalingActive");
    assert_non_null(condition);
    assert_string_equal(json_text(json_get(condition, "status"), ""), "False");
    assert_string_equal(json_text(json_get(condition, "reason"), ""), reason);
    assert_string_equal(json_text(json_get(condition, "message"), ""), message);
}

static void expect_current(struct fixture *fixture, const char *type, const char *member, const char *value)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, AUTOSCALERS, "default", "web");
    const cJSON *metric = cJSON_GetArrayItem(json_get(object_tree(object), "status", "currentMetrics"), 0);
    assert_string_equal(json_text(json_get(metric, type, "current", member), ""), value);
}

#define PODS_METRIC(more)                                                                                                        \
    "{\"type\":\"Pods\",\"pods\":{\"metric\":{\"name\":\"requests\"" more "},\"target\":{\"type\":\"AverageValue\","             \
    "\"averageValue\":\"10\"}}}"

static void test_pods_metric(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, PODS_METRIC(""));
    fixture->requests_per_pod = 27500;
    fixture_advance(fixture, 15);
    assert_int_equal(replicas(fixture), 3);
    expect_current(fixture, "pods", "averageValue", "27500m");
    assert_true(fixture_has_event(fixture, "SuccessfulRescale", "New size: 3; reason: pods metric requests above target"));
}

static void test_pods_metric_with_labels(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, PODS_METRIC(",\"selector\":{\"matchLabels\":{\"code\":\"500\"}}"));
    fixture->requests_per_pod = 27500;
    fixture_advance(fixture, 15);
    assert_int_equal(replicas(fixture), 1);
    expect_inactive(fixture, "FailedGetPodsMetric",
                    "the HPA was unable to compute the replica count: unable to get metric requests: no metrics returned from "
                    "custom metrics API");
}

static void test_pods_metric_that_nobody_shows(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, PODS_METRIC(""));
    fixture_advance(fixture, 15);
    expect_inactive(fixture, "FailedGetPodsMetric",
                    "the HPA was unable to compute the replica count: unable to get metric requests: unable to fetch metrics "
                    "from custom metrics API: the server could not find the metric requests for pods");
    assert_true(fixture_has_event(fixture, "FailedGetPodsMetric",
                                  "unable to get metric requests: unable to fetch metrics from custom metrics API: the server "
                                  "could not find the metric requests for pods"));
}

#define OBJECT_METRIC(version, kind, name)                                                                                       \
    "{\"type\":\"Object\",\"object\":{\"describedObject\":{\"apiVersion\":\"" version "\",\"kind\":\"" kind                      \
    "\",\"name\":\"" name "\"},\"metric\":{\"name\":\"requests\"},\"target\":{\"type\":\"Value\",\"value\":\"10\"}}}"

static void make_service(struct fixture *fixture)
{
    fixture_make(fixture, RESOURCE_SERVICES, "default",
                 "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"selector\":{\"app\":\"web\"},\"ports\":[{\"port\":8080}]}}");
}

static void test_object_metric_is_the_sum_of_its_pods(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, OBJECT_METRIC("v1", "Service", "web"));
    make_service(fixture);
    fixture->requests_per_pod = 20000;
    fixture_advance(fixture, 15);
    assert_int_equal(replicas(fixture), 2);
    expect_current(fixture, "object", "value", "20");
    fixture_converge(fixture);
    fixture_advance(fixture, 15);
    expect_current(fixture, "object", "value", "40");
}

static void test_object_metric_of_a_workload(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, OBJECT_METRIC("apps/v1", "Deployment", "web"));
    fixture->requests_per_pod = 20000;
    fixture_advance(fixture, 15);
    expect_current(fixture, "object", "value", "20");
}

static void test_object_that_is_not_there(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, OBJECT_METRIC("v1", "Service", "none"));
    fixture->requests_per_pod = 20000;
    fixture_advance(fixture, 15);
    expect_inactive(fixture, "FailedGetObjectMetric",
                    "the HPA was unable to compute the replica count: unable to get metric requests: Service on default none/"
                    "unable to fetch metrics from custom metrics API: the server could not find the metric requests for "
                    "services none");
}

static void test_object_of_an_unknown_kind(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, OBJECT_METRIC("nobody.example/v1", "Lamp", "one"));
    fixture->requests_per_pod = 20000;
    fixture_advance(fixture, 15);
    expect_inactive(fixture, "FailedGetObjectMetric",
                    "the HPA was unable to compute the replica count: unable to get metric requests: Lamp on default one/unable "
                    "to fetch metrics from custom metrics API: no matches for kind \"Lamp\" in group \"nobody.example\"");
}

#define EXTERNAL_METRIC                                                                                                          \
    "{\"type\":\"External\",\"external\":{\"metric\":{\"name\":\"requests\"},\"target\":{\"type\":\"AverageValue\","             \
    "\"averageValue\":\"5\"}}}"

static void test_external_metric(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, EXTERNAL_METRIC);
    fixture->requests_per_pod = 20000;
    fixture_advance(fixture, 15);
    assert_int_equal(replicas(fixture), 4);
    expect_current(fixture, "external", "averageValue", "20");
}

static void test_external_metric_that_is_not_there(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, EXTERNAL_METRIC);
    fixture_advance(fixture, 15);
    expect_inactive(fixture, "FailedGetExternalMetric",
                    "the HPA was unable to compute the replica count: unable to get external metric default/requests/nil: no "
                    "metrics returned from external metrics API");
}

static void test_container_that_is_not_there(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, "{\"type\":\"ContainerResource\",\"containerResource\":{\"name\":\"cpu\",\"container\":\"other\","
                       "\"target\":{\"type\":\"Utilization\",\"averageUtilization\":50}}}");
    fixture->milli_per_pod = 120;
    fixture_advance(fixture, 15);
    assert_int_equal(replicas(fixture), 1);
    AUTO_OBJECT struct object *object = fixture_get(fixture, AUTOSCALERS, "default", "web");
    const cJSON *condition = condition_find(json_get(object_tree(object), "status"), "ScalingActive");
    assert_string_equal(json_text(json_get(condition, "reason"), ""), "FailedGetContainerResourceMetric");
}

static void test_missing_request(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, "{\"type\":\"Resource\",\"resource\":{\"name\":\"memory\",\"target\":{\"type\":\"Utilization\","
                       "\"averageUtilization\":50}}}");
    fixture->milli_per_pod = 120;
    fixture_advance(fixture, 15);
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, "default", &pods);
    AUTO_FREE char *event = memory_format(
        "failed to get memory utilization: missing request for memory in container web of Pod %s", object_name(pods.objects[0]));
    AUTO_FREE char *message = memory_format("the HPA was unable to compute the replica count: %s", event);
    expect_inactive(fixture, "FailedGetResourceMetric", message);
    assert_true(fixture_has_event(fixture, "FailedGetResourceMetric", event));
}

static void test_two_autoscalers_of_the_same_pods(void **state)
{
    struct fixture *fixture = *state;
    start_web(fixture, PODS_METRIC(""));
    make_autoscaler(fixture, "other", PODS_METRIC(""));
    fixture->requests_per_pod = 27500;
    fixture_advance(fixture, 15);
    fixture_advance(fixture, 15);
    expect_inactive(fixture, "AmbiguousSelector",
                    "pods by selector app=web are controlled by multiple HPAs: [default/other default/web]");
    assert_true(fixture_has_event(fixture, "AmbiguousSelector",
                                  "pods by selector app=web are controlled by multiple HPAs: [default/other default/web]"));
    fixture_delete(fixture, AUTOSCALERS, "default", "other", PROPAGATION_BACKGROUND);
    fixture_advance(fixture, 15);
    AUTO_OBJECT struct object *object = fixture_get(fixture, AUTOSCALERS, "default", "web");
    const cJSON *condition = condition_find(json_get(object_tree(object), "status"), "ScalingActive");
    assert_string_equal(json_text(json_get(condition, "status"), ""), "True");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_pods_metric),
        FIXTURE_TEST(test_pods_metric_with_labels),
        FIXTURE_TEST(test_pods_metric_that_nobody_shows),
        FIXTURE_TEST(test_object_metric_is_the_sum_of_its_pods),
        FIXTURE_TEST(test_object_metric_of_a_workload),
        FIXTURE_TEST(test_object_that_is_not_there),
        FIXTURE_TEST(test_object_of_an_unknown_kind),
        FIXTURE_TEST(test_external_metric),
        FIXTURE_TEST(test_external_metric_that_is_not_there),
        FIXTURE_TEST(test_container_that_is_not_there),
        FIXTURE_TEST(test_missing_request),
        FIXTURE_TEST(test_two_autoscalers_of_the_same_pods),
    };
    return cmocka_run_group_tests_name("cluster/controllers/horizontal_metrics", tests, NULL, NULL);
}

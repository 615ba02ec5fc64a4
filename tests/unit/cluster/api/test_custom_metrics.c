/* custom.metrics.k8s.io and external.metrics.k8s.io through the API server. */
#include "tests/unit/cluster/api/server_fixture.h"

#define CUSTOM "/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/"

static int make_pods(void **state)
{
    fixture_open(state);
    fixture_create(
        *state, RESOURCE_PODS, "default",
        "{\"metadata\":{\"name\":\"a\",\"labels\":{\"app\":\"web\",\"tier\":\"x\"}},\"spec\":{\"containers\":[{\"name\":\"c\","
        "\"image\":\"i:1\"}]}}");
    fixture_create(
        *state, RESOURCE_PODS, "default",
        "{\"metadata\":{\"name\":\"b\",\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":"
        "\"i:1\"}]}}");
    fixture_create(*state, RESOURCE_SERVICES, "default",
                   "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"selector\":{\"app\":\"web\"},\"ports\":[{\"port\":8080}]}}");
    fixture_create(*state, RESOURCE_SERVICES, "default",
                   "{\"metadata\":{\"name\":\"free\"},\"spec\":{\"ports\":[{\"port\":8080}]}}");
    return 0;
}

/* The items, as text. */
static void expect_items(struct fixture *fixture, const char *path, const char *wanted)
{
    int code;
    AUTO_JSON cJSON *list = fixture_get(fixture, path, &code);
    AUTO_FREE char *items = json_print(json_get(list, "items"));
    assert_int_equal(code, 200);
    assert_string_equal(items, wanted);
}

static void expect_refusal(struct fixture *fixture, const char *path, int wanted_code, const char *message)
{
    int code;
    AUTO_JSON cJSON *status = fixture_get(fixture, path, &code);
    assert_int_equal(code, wanted_code);
    assert_string_equal(json_text(json_get(status, "message"), ""), message);
}

#define ITEM(kind, name, version, timestamp, value)                                                                              \
    "{\"describedObject\":{\"kind\":\"" kind "\",\"namespace\":\"default\",\"name\":\"" name "\",\"apiVersion\":\"" version      \
    "\"},\"metric\":{\"name\":\"requests\",\"selector\":null},\"timestamp\":\"" timestamp                                        \
    "\",\"windowSeconds\":15,\"value\":\"" value "\"}"
#define POD_A ITEM("Pod", "a", "/v1", "2026-11-22T01:00:22Z", "1500m")
#define POD_B ITEM("Pod", "b", "/v1", "2026-11-22T01:00:20Z", "2")

static void test_pods(void **state)
{
    expect_items(*state, CUSTOM "pods/*/requests", "[" POD_A "," POD_B "]");
    expect_items(*state, CUSTOM "pods/*/requests?labelSelector=tier", "[" POD_A "]");
    expect_items(*state, CUSTOM "pods/*/requests?labelSelector=app%3Dother", "[]");
    expect_items(*state, CUSTOM "pods/b/requests", "[" POD_B "]");
    expect_items(*state, CUSTOM "pods/*/requests?metricLabelSelector=code%3D200", "[" POD_A "," POD_B "]");
    expect_items(*state, CUSTOM "pods/*/requests?metricLabelSelector=code%3D500", "[]");
}

static void test_other_objects(void **state)
{
    expect_items(*state, CUSTOM "services/web/requests", "[" ITEM("Service", "web", "/v1", "2026-11-22T01:00:20Z", "3500m") "]");
    expect_items(*state, CUSTOM "services/*/requests", "[" ITEM("Service", "web", "/v1", "2026-11-22T01:00:20Z", "3500m") "]");
    expect_items(
        *state, CUSTOM "metrics/requests",
        "[{\"describedObject\":{\"kind\":\"Namespace\",\"name\":\"default\",\"apiVersion\":\"/v1\"},\"metric\":{\"name\":"
        "\"requests\",\"selector\":null},\"timestamp\":\"2026-11-22T01:00:20Z\",\"windowSeconds\":15,\"value\":"
        "\"3500m\"}]");
}

static void test_v1beta1(void **state)
{
    expect_items(*state, "/apis/custom.metrics.k8s.io/v1beta1/namespaces/default/pods/a/requests",
                 "[{\"describedObject\":{\"kind\":\"Pod\",\"namespace\":\"default\",\"name\":\"a\",\"apiVersion\":\"/v1\"},"
                 "\"timestamp\":\"2026-11-22T01:00:22Z\",\"windowSeconds\":15,\"value\":\"1500m\",\"metricName\":\"requests\","
                 "\"selector\":null}]");
}

static void test_external(void **state)
{
    const char path[] = "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/requests";
    expect_items(*state, path,
                 "[{\"metricName\":\"requests\",\"metricLabels\":{},\"timestamp\":\"2026-11-22T01:00:20Z\",\"windowSeconds\":15,"
                 "\"value\":\"3500m\"}]");
    expect_items(*state, "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/requests?labelSelector=code%3D500", "[]");
    expect_items(*state, "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/nothing", "[]");
}

static void test_refusals(void **state)
{
    const char unknown[] = "the server could not find the requested resource";
    expect_refusal(*state, CUSTOM "pods/*/nothing", 404, "the server could not find the metric nothing for pods");
    expect_refusal(*state, CUSTOM "pods/none/requests", 404, "the server could not find the metric requests for pods none");
    expect_refusal(*state, CUSTOM "services/free/requests", 404,
                   "the server could not find the metric requests for services free");
    expect_refusal(*state, CUSTOM "deployments.apps/web/requests", 404,
                   "the server could not find the metric requests for deployments.apps web");
    expect_refusal(*state, CUSTOM "lamps/one/requests", 404, unknown);
    expect_refusal(*state, CUSTOM "pods/a", 404, unknown);
    expect_refusal(*state, "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/a/b", 404, unknown);
    int code;
    cJSON_Delete(fixture_get(*state, CUSTOM "pods/*/requests?labelSelector=%21%21", &code));
    assert_int_equal(code, 400);
    cJSON_Delete(fixture_ask(*state, &(struct ask){.method = "POST", .path = CUSTOM "pods/*/requests", .body = "{}"}, &code));
    assert_int_equal(code, 405);
}

static void test_discovery(void **state)
{
    int code;
    AUTO_JSON cJSON *group = fixture_get(*state, "/apis/custom.metrics.k8s.io", &code);
    assert_int_equal(code, 200);
    assert_string_equal(json_text(json_get(group, "preferredVersion", "version"), ""), "v1beta2");
    assert_int_equal(cJSON_GetArraySize(json_get(group, "versions")), 2);
    AUTO_JSON cJSON *custom = fixture_get(*state, "/apis/custom.metrics.k8s.io/v1beta1", &code);
    AUTO_FREE char *text = json_print(cJSON_GetArrayItem(json_get(custom, "resources"), 1));
    assert_string_equal(text,
                        "{\"name\":\"pods/requests\",\"singularName\":\"\",\"namespaced\":true,\"kind\":\"MetricValueList\","
                        "\"verbs\":[\"get\"]}");
    AUTO_JSON cJSON *external = fixture_get(*state, "/apis/external.metrics.k8s.io/v1beta1", &code);
    assert_string_equal(json_text(json_get(cJSON_GetArrayItem(json_get(external, "resources"), 0), "name"), ""), "requests");
    cJSON_Delete(fixture_get(*state, "/apis/external.metrics.k8s.io/v1beta2", &code));
    assert_int_equal(code, 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pods, make_pods, fixture_close),
        cmocka_unit_test_setup_teardown(test_other_objects, make_pods, fixture_close),
        cmocka_unit_test_setup_teardown(test_v1beta1, make_pods, fixture_close),
        cmocka_unit_test_setup_teardown(test_external, make_pods, fixture_close),
        cmocka_unit_test_setup_teardown(test_refusals, make_pods, fixture_close),
        cmocka_unit_test_setup_teardown(test_discovery, make_pods, fixture_close),
    };
    return cmocka_run_group_tests_name("cluster/api/custom_metrics", tests, NULL, NULL);
}

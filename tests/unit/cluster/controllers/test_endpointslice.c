#include "tests/unit/cluster/controllers/fixture.h"

static void make_service(struct fixture *fixture, const char *port)
{
    AUTO_FREE char *text = memory_format("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"web\"},\"spec\":{"
                                         "\"selector\":{\"app\":\"web\"},\"ports\":[{\"port\":8080,\"targetPort\":%s}]}}",
                                         port);
    fixture_make(fixture, RESOURCE_SERVICES, "default", text);
}

static void make_pod(struct fixture *fixture, const char *name, int port)
{
    AUTO_FREE char *text = memory_format(
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\",\"labels\":{\"app\":\"web\"}},\"spec\":{"
        "\"containers\":[{\"name\":\"web\",\"image\":\"i\",\"ports\":[{\"name\":\"http\",\"containerPort\":%d}]}]}}",
        name, port);
    fixture_make(fixture, RESOURCE_PODS, "default", text);
    fixture_settle(fixture);
}

static void tell_ready(struct fixture *fixture, const char *name, bool ready)
{
    AUTO_OBJECT struct object *pod = fixture_get(fixture, RESOURCE_PODS, "default", name);
    fixture_pod_ready(fixture, pod, ready);
    fixture_settle(fixture);
}

static struct object *slice(struct fixture *fixture)
{
    AUTO_OBJECT_LIST struct object_list slices = {0};
    store_list(fixture->store, RESOURCE_ENDPOINTSLICES, "default", &slices);
    assert_int_equal(slices.count, 1);
    return object_reference(slices.objects[0]);
}

/* expected: "ready serving terminating" of each endpoint as digits, such as "110 011". */
static void expect_endpoints(struct fixture *fixture, const char *expected)
{
    AUTO_OBJECT struct object *object = slice(fixture);
    char text[256] = "";
    const cJSON *endpoint = NULL;
    cJSON_ArrayForEach (endpoint, json_get(object_tree(object), "endpoints")) {
        size_t length = strlen(text);
        (void)snprintf(text + length, sizeof text - length, "%s%d%d%d", length > 0 ? " " : "",
                       json_boolean(json_get(endpoint, "conditions", "ready"), false),
                       json_boolean(json_get(endpoint, "conditions", "serving"), false),
                       json_boolean(json_get(endpoint, "conditions", "terminating"), false));
    }
    assert_string_equal(text, expected);
}

static void test_life_of_an_endpoint(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "4", "110");
    make_service(fixture, "\"http\"");
    fixture_settle(fixture);
    expect_endpoints(fixture, "");
    make_pod(fixture, "a", 8080);
    expect_endpoints(fixture, "");
    tell_ready(fixture, "a", false);
    expect_endpoints(fixture, "000");
    tell_ready(fixture, "a", true);
    expect_endpoints(fixture, "110");
    make_pod(fixture, "b", 8080);
    tell_ready(fixture, "b", true);
    expect_endpoints(fixture, "110 110");
    fixture_delete(fixture, RESOURCE_PODS, "default", "a", PROPAGATION_BACKGROUND);
    fixture_settle(fixture);
    expect_endpoints(fixture, "011 110");
    tell_ready(fixture, "a", false);
    expect_endpoints(fixture, "001 110");
    (void)fixture_run_pods(fixture);
    fixture_settle(fixture);
    expect_endpoints(fixture, "110");
}

static void test_shape(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "4", "110");
    make_service(fixture, "\"http\"");
    make_pod(fixture, "a", 9090);
    tell_ready(fixture, "a", true);
    AUTO_OBJECT struct object *object = slice(fixture);
    const cJSON *tree = object_tree(object);
    assert_int_equal(strncmp(object_name(object), "web-", 4), 0);
    const cJSON *labels = json_get(tree, "metadata", "labels");
    assert_string_equal(json_text(json_get(labels, "kubernetes.io/service-name"), ""), "web");
    assert_string_equal(json_text(json_get(labels, "endpointslice.kubernetes.io/managed-by"), ""),
                        "endpointslice-controller.k8s.io");
    static const char expected[] = "[{\"name\":\"\",\"protocol\":\"TCP\",\"port\":9090}]";
    AUTO_JSON cJSON *ports = json_parse(expected, sizeof expected - 1, NULL);
    assert_true(json_equal(json_get(tree, "ports"), ports));
    const cJSON *endpoint = cJSON_GetArrayItem(json_get(tree, "endpoints"), 0);
    assert_string_equal(json_text(json_get(endpoint, "nodeName"), ""), "n1");
    assert_string_equal(json_text(json_get(endpoint, "targetRef", "name"), ""), "a");
    fixture_delete(fixture, RESOURCE_SERVICES, "default", "web", PROPAGATION_BACKGROUND);
    fixture_settle(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_ENDPOINTSLICES, "default"), 0);
}

static void test_a_named_port_with_two_numbers(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "4", "110");
    make_service(fixture, "\"http\"");
    make_pod(fixture, "a", 9090);
    make_pod(fixture, "b", 9091);
    tell_ready(fixture, "a", true);
    tell_ready(fixture, "b", true);
    assert_int_equal(fixture_count(fixture, RESOURCE_ENDPOINTSLICES, "default"), 2);
    fixture_delete(fixture, RESOURCE_PODS, "default", "b", PROPAGATION_BACKGROUND);
    (void)fixture_run_pods(fixture);
    fixture_settle(fixture);
    expect_endpoints(fixture, "110");
}

static void test_a_slice_that_somebody_deletes_comes_back(void **state)
{
    struct fixture *fixture = *state;
    make_service(fixture, "8080");
    fixture_settle(fixture);
    AUTO_OBJECT struct object *first = slice(fixture);
    fixture_delete(fixture, RESOURCE_ENDPOINTSLICES, "default", object_name(first), PROPAGATION_BACKGROUND);
    fixture_settle(fixture);
    AUTO_OBJECT struct object *second = slice(fixture);
    assert_string_not_equal(object_uid(first), object_uid(second));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_life_of_an_endpoint),
        FIXTURE_TEST(test_shape),
        FIXTURE_TEST(test_a_named_port_with_two_numbers),
        FIXTURE_TEST(test_a_slice_that_somebody_deletes_comes_back),
    };
    return cmocka_run_group_tests_name("cluster/controllers/endpointslice", tests, NULL, NULL);
}

/* The subresources of pods: what connects to their processes is refused, with what to do instead; eviction deletes. */
#include "tests/unit/cluster/api/server_fixture.h"

static void expect(struct fixture *fixture, const char *method, const char *path, int wanted_code, const char *message)
{
    int code;
    AUTO_JSON cJSON *status = fixture_ask(fixture, &(struct ask){.method = method, .path = path}, &code);
    assert_int_equal(code, wanted_code);
    assert_string_equal(json_text(json_get(status, "message"), ""), message);
}

static void test_refusals(void **state)
{
    struct fixture *fixture = *state;
    const char pod[] = "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i:1\"}]}}";
    const char patch_text[] = "{\"status\":{\"podIP\":\"127.64.0.9\"}}";
    AUTO_JSON cJSON *patch = json_parse(patch_text, strlen(patch_text), NULL);
    fixture_create(fixture, RESOURCE_PODS, "default", pod);
    assert_int_equal(
        registry_patch(fixture->registry, RESOURCE_PODS, "default", "web", SUBRESOURCE_STATUS, PATCH_MERGE, patch, NULL, NULL),
        0);
    expect(fixture, "POST", "/api/v1/namespaces/default/pods/web/exec?command=ls", 405,
           "exec is not served: this cluster's pods are processes of this machine; run the command here instead of in the pod "
           "(the address of pod web is 127.64.0.9)");
    expect(fixture, "GET", "/api/v1/namespaces/default/pods/web/portforward", 405,
           "portforward is not served: this cluster's pods are processes of this machine; connect to the pod's own address and "
           "port instead (the address of pod web is 127.64.0.9)");
    expect(fixture, "POST", "/api/v1/namespaces/default/pods/none/attach", 404, "pods \"none\" not found");
}

static cJSON *evict(struct fixture *fixture, const char *pod, const char *eviction, int wanted_code)
{
    int code;
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/default/pods/%s/eviction", pod);
    cJSON *status = fixture_ask(
        fixture, &(struct ask){.method = "POST", .path = path, .content_type = "application/json", .body = eviction}, &code);
    assert_int_equal(code, wanted_code);
    return status;
}

static void test_eviction(void **state)
{
    struct fixture *fixture = *state;
    fixture_create(
        fixture, RESOURCE_PODS, "default",
        "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"nodeName\":\"lab\",\"containers\":[{\"name\":\"c\",\"image\":\"i:1\"}]}}");
    AUTO_JSON cJSON *misnamed = evict(fixture, "web", "{\"metadata\":{\"name\":\"other\"}}", 400);
    assert_string_equal(json_text(json_get(misnamed, "reason"), ""), "BadRequest");
    AUTO_JSON cJSON *stale = evict(fixture, "web", "{\"deleteOptions\":{\"preconditions\":{\"uid\":\"x\"}}}", 409);
    assert_string_equal(json_text(json_get(stale, "reason"), ""), "Conflict");
    cJSON_Delete(evict(fixture, "web", "{\"deleteOptions\":{\"dryRun\":[\"All\"]}}", 201));
    AUTO_OBJECT struct object *kept = store_get(fixture->store, RESOURCE_PODS, "default", "web");
    assert_null(json_get(object_tree(kept), "metadata", "deletionTimestamp"));
    AUTO_JSON cJSON *done = evict(fixture, "web", "{\"deleteOptions\":{\"gracePeriodSeconds\":7}}", 201);
    assert_string_equal(json_text(json_get(done, "status"), ""), "Success");
    AUTO_OBJECT struct object *leaving = store_get(fixture->store, RESOURCE_PODS, "default", "web");
    assert_int_equal(json_integer(json_get(object_tree(leaving), "metadata", "deletionGracePeriodSeconds"), 0), 7);
    AUTO_JSON cJSON *missing = evict(fixture, "none", "{}", 404);
    assert_string_equal(json_text(json_get(missing, "message"), ""), "pods \"none\" not found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_refusals, fixture_open, fixture_close),
                                       cmocka_unit_test_setup_teardown(test_eviction, fixture_open, fixture_close)};
    return cmocka_run_group_tests_name("cluster/api/connect", tests, NULL, NULL);
}

/* What connects to a pod's process is refused, with what to do instead. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(test_refusals, fixture_open, fixture_close)};
    return cmocka_run_group_tests_name("cluster/api/connect", tests, NULL, NULL);
}

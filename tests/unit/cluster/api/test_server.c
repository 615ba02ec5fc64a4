/* The HTTP front in this process: who may ask, errors as a real cluster words them, documents, and hostile requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/cluster/api/server_fixture.h"

#include "tests/support/data.h"
#include "tests/support/network.h"

#define CONFIG_MAPS "/api/v1/namespaces/default/configmaps"

static void replay(const struct fixture *fixture, const char *path)
{
    AUTO_JSON cJSON *exchange = test_data_json("golden/%s.json", path);
    const cJSON *request = json_get(exchange, "request");
    const cJSON *response = json_get(exchange, "response");
    struct ask ask = {.method = json_text(json_get(request, "method"), "GET"),
                      .path = json_text(json_get(request, "path"), "/"),
                      .accept = json_text(json_get(request, "accept"), NULL),
                      .content_type = json_text(json_get(request, "contentType"), NULL),
                      .body = json_text(json_get(request, "body"), NULL)};
    struct ask_texts texts;
    struct test_http_answer answer;
    struct test_http_request http = ask_request(fixture, &ask, &texts);
    char type[100];
    test_http_send(&http, &answer);
    const cJSON *wanted = json_get(response, "body");
    AUTO_JSON cJSON *got = json_parse(answer.body.data, answer.body.length, NULL);
    bool same = cJSON_IsString(wanted) ? strcmp(answer.body.data, wanted->valuestring) == 0 : json_equal(got, wanted);
    if (!same || answer.status != json_integer(json_get(response, "status"), 0))
        fail_msg("%s: %d %s", path, answer.status, answer.body.data);
    assert_string_equal(test_http_header(&answer, "Content-Type", type, sizeof type),
                        json_text(json_get(response, "contentType"), ""));
    test_http_release(&answer);
    ask_release(&texts);
}

static void test_golden_errors(void **state)
{
    struct fixture *fixture = *state;
    fixture_create(fixture, RESOURCE_CONFIGMAPS, "default", "{\"metadata\":{\"name\":\"kube-root-ca.crt\"}}");
    replay(fixture, "errors/400-badjson");
    replay(fixture, "errors/400-selector");
    replay(fixture, "errors/404-object");
    replay(fixture, "errors/404-path");
    replay(fixture, "errors/405");
    replay(fixture, "errors/409-conflict");
    replay(fixture, "errors/409-exists");
    replay(fixture, "errors/415");
    replay(fixture, "errors/422-hpa");
    replay(fixture, "discovery/healthz");
    replay(fixture, "discovery/livez");
    replay(fixture, "discovery/readyz");
}

#define TEN_SEGMENTS "/a/b/c/d/e/f/g/h/i/j"

static void check_code(const struct fixture *fixture, const struct ask *ask, int wanted)
{
    int code;
    cJSON_Delete(fixture_ask(fixture, ask, &code));
    if (code != wanted)
        fail_msg("%s: %d, expected %d", ask->path, code, wanted);
}

static void test_token(void **state)
{
    struct fixture *fixture = *state;
    int code;
    AUTO_JSON cJSON *refused = fixture_ask(fixture, &(struct ask){.path = "/api/v1/pods", .anonymous = true}, &code);
    assert_int_equal(code, 401);
    assert_string_equal(json_text(json_get(refused, "reason"), ""), "Unauthorized");
    check_code(fixture, &(struct ask){.path = "/nowhere", .anonymous = true}, 401);
    check_code(fixture, &(struct ask){.path = "/%zz", .anonymous = true}, 401);
    check_code(fixture, &(struct ask){.path = CONFIG_MAPS, .anonymous = true, .body = "{}"}, 401);
    check_code(fixture, &(struct ask){.path = "/livez", .anonymous = true}, 200);
    check_code(fixture, &(struct ask){.path = "/version", .anonymous = true}, 200);
    char *right = fixture->authorization;
    fixture->authorization = memory_format("%sx", right);
    check_code(fixture, &(struct ask){.path = "/api/v1/pods"}, 401);
    free(fixture->authorization);
    fixture->authorization = right;
    check_code(fixture, &(struct ask){.path = "/api/v1/pods"}, 200);
}

static void test_hostile_requests(void **state)
{
    struct fixture *fixture = *state;
    const struct ask asks[] = {
        {.path = "/api/v1/namespaces/default/pods/%"},
        {.path = "/api/v1/namespaces/default/pods/%00"},
        {.path = "/api/v1/pods?limit=%gg"},
        {.path = "/api/v1/pods?limit=x"},
        {.path = "/api/v1/pods?limit=-1"},
        {.path = "/api/v1/pods?continue=!!!"},
        {.path = "/api/v1/pods?watch=1&timeoutSeconds=x"},
        {.path = TEN_SEGMENTS TEN_SEGMENTS TEN_SEGMENTS TEN_SEGMENTS TEN_SEGMENTS TEN_SEGMENTS TEN_SEGMENTS},
        {.path = CONFIG_MAPS, .body = "[[[[", .content_type = "application/json"},
        {.path = CONFIG_MAPS, .body = "\"text\"", .content_type = "application/json"},
        {.path = CONFIG_MAPS, .body = "{\"metadata\":7}", .content_type = "application/json"},
        {.path = CONFIG_MAPS, .body = "{\"kind\":\"Pod\"}", .content_type = "application/json"},
        {.path = CONFIG_MAPS, .body = "a: [", .content_type = "application/yaml"},
        {.path = CONFIG_MAPS, .body = "{\"metadata\":{\"name\":\"a\",\"namespace\":\"b\"}}", .content_type = "application/json"},
    };
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++)
        check_code(fixture, &asks[i], 400);
    check_code(fixture, &(struct ask){.path = "/api/v1/pods", .accept = "text/html"}, 406);
    check_code(fixture, &(struct ask){.path = "/api/v1/nothings"}, 404);
    check_code(fixture, &(struct ask){.path = "/apis/metrics.k8s.io/v1beta1/nothings"}, 404);
    check_code(fixture, &(struct ask){.path = "/api/v1/namespaces/default/pods/a%2Fb"}, 404);
}

#define STRICT_POD                                                                                                               \
    "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"i\",\"imagee\":\"x\"}],\"nod\":1}}"

static void test_strict_fields(void **state)
{
    struct fixture *fixture = *state;
    int code;
    struct ask ask = {
        .path = "/api/v1/namespaces/default/pods?fieldValidation=Strict", .body = STRICT_POD, .content_type = "application/json"};
    AUTO_JSON cJSON *refused = fixture_ask(fixture, &ask, &code);
    assert_int_equal(code, 400);
    assert_string_equal(json_text(json_get(refused, "message"), ""),
                        "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field "
                        "\"spec.containers[0].imagee\", unknown field \"spec.nod\"");
    ask.path = "/api/v1/namespaces/default/pods?fieldValidation=Ignore";
    check_code(fixture, &ask, 201);
    struct ask patch = {.method = "PATCH",
                        .path = "/api/v1/namespaces/default/pods/p?fieldValidation=Strict",
                        .content_type = "application/strategic-merge-patch+json",
                        .body = "{\"metadata\":{\"label\":{\"a\":\"b\"}}}"};
    check_code(fixture, &patch, 400);
    patch.body = "{\"metadata\":{\"label\":null,\"labels\":{\"a\":\"b\"}}}";
    check_code(fixture, &patch, 200);
}

static void test_large_requests(void **state)
{
    struct fixture *fixture = *state;
    AUTO_FREE char *deep = memory_allocate(100001, 1);
    memset(deep, '[', 100000);
    check_code(fixture, &(struct ask){.path = CONFIG_MAPS, .body = deep, .content_type = "application/json"}, 400);
    check_code(fixture, &(struct ask){.path = CONFIG_MAPS, .body = deep, .content_type = "application/yaml"}, 400);
    AUTO_FREE char *large = memory_allocate(SERVER_MAXIMUM_BODY + 2, 1);
    memset(large, ' ', SERVER_MAXIMUM_BODY + 1);
    check_code(fixture, &(struct ask){.path = CONFIG_MAPS, .body = large, .content_type = "application/json"}, 413);
    AUTO_FREE char *path = memory_allocate(10001, 1);
    memset(path, 'a', 10000);
    path[0] = '/';
    check_code(fixture, &(struct ask){.path = path}, 400);
}

/* Bytes that are no TLS, and connections that say nothing, keep nobody else waiting. */
static void test_noise(void **state)
{
    struct fixture *fixture = *state;
    int descriptors[20];
    for (size_t i = 0; i < 20; i++) {
        descriptors[i] = test_tcp_connect(address_of_server(fixture->slice), server_port(fixture->server), 5);
        assert_true(descriptors[i] >= 0);
        if (i % 2 == 0)
            assert_int_equal(test_tcp_send(descriptors[i], "\x16\x03\x01garbage GET / HTTP/1.1\r\n\r\n"), 0);
    }
    check_code(fixture, &(struct ask){.path = "/readyz"}, 200);
    for (size_t i = 0; i < 20; i++)
        close(descriptors[i]);
    check_code(fixture, &(struct ask){.path = "/readyz"}, 200);
}

static void test_loopback_only(void **state)
{
    struct fixture *fixture = *state;
    struct error error = ERROR_NONE;
    struct server_options options = {.address = "0.0.0.0", .registry = fixture->registry, .credentials = &fixture->credentials};
    assert_null(server_start(&options, &error));
    assert_non_null(strstr(error.text, "loopback"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_golden_errors, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_token, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_hostile_requests, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_strict_fields, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_large_requests, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_noise, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_loopback_only, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

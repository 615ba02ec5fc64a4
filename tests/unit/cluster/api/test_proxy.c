/* The subresource proxy of pods and Services, towards a server of the test. */
#include <curl/curl.h>
#include <stdatomic.h>

#include "tests/support/data.h"
#include "tests/support/fake_server.h"
#include "tests/support/wait.h"
#include "tests/unit/cluster/api/server_fixture.h"

#define LARGE ((size_t)6 * 1024 * 1024)
#define PODS "/api/v1/namespaces/default/pods/"
#define SERVICES "/api/v1/namespaces/default/services/"

struct world {
    struct fixture *fixture;
    struct fake_server *pod;
    atomic_int waiting; /* requests that the pod lets wait */
    atomic_int left;    /* of these, those whose client has gone */
};

static void answer_large(struct fake_connection *connection, bool whole)
{
    AUTO_FREE char *bytes = memory_allocate(LARGE, 1);
    AUTO_FREE char *head =
        memory_format("HTTP/1.1 200 OK\r\nContent-Type: application/x-test\r\nContent-Length: %zu\r\n\r\n", LARGE);
    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (char)('a' + i % 26);
    fake_send(connection, head);
    fake_send_bytes(connection, bytes, whole ? LARGE : LARGE / 2);
    if (!whole)
        fake_close(connection);
}

static bool asks_for(const struct fake_request *request, const char *path)
{
    return strncmp(request->path, path, strlen(path)) == 0;
}

/* The pod: it answers with what it was asked, unless the path says something else. */
static void serve(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct world *world = context;
    if (asks_for(request, "/large")) {
        answer_large(connection, true);
    } else if (asks_for(request, "/half")) {
        answer_large(connection, false);
    } else if (asks_for(request, "/wait")) {
        atomic_fetch_add(&world->waiting, 1);
        if (!fake_wait(connection, 30))
            atomic_fetch_add(&world->left, 1);
        fake_answer(connection, 200, "text/plain", "", "late");
    } else if (asks_for(request, "/drop")) {
        fake_close(connection);
    } else if (asks_for(request, "/length")) {
        AUTO_FREE char *text = memory_format("%zu", strlen(request->body));
        fake_answer(connection, 200, "text/plain", "", text);
    } else {
        AUTO_FREE char *text = memory_format("%s\n%s", request->headers, request->body);
        fake_answer(connection, 418, "text/x-echo; charset=utf-8",
                    "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nCache-Control: max-age=7\r\n", text);
    }
}

static void create_pod(struct world *world, const char *name, const char *address, int port)
{
    AUTO_FREE char *pod =
        memory_format("{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i:1\","
                      "\"ports\":[{\"containerPort\":%d}]}]}}",
                      name, port);
    AUTO_FREE char *text = memory_format("{\"status\":{\"podIP\":\"%s\"}}", address);
    AUTO_JSON cJSON *patch = json_parse(text, strlen(text), NULL);
    fixture_create(world->fixture, RESOURCE_PODS, "default", pod);
    if (address[0] != '\0')
        assert_int_equal(registry_patch(world->fixture->registry, RESOURCE_PODS, "default", name, SUBRESOURCE_STATUS, PATCH_MERGE,
                                        patch, NULL, NULL),
                         0);
}

static int world_open(void **state)
{
    struct world *world = memory_allocate(1, sizeof *world);
    void *fixture = NULL;
    assert_int_equal(fixture_open(&fixture), 0);
    world->fixture = fixture;
    world->pod = fake_server_start(serve, world);
    create_pod(world, "web", "127.0.0.1", fake_server_port(world->pod));
    *state = world;
    return 0;
}

static int world_close(void **state)
{
    struct world *world = *state;
    void *fixture = world->fixture;
    fixture_close(&fixture);
    fake_server_stop(world->pod);
    free(world);
    return 0;
}

/* What is asked beside the path; all may be unset. */
struct extra {
    const char *method;
    const char *headers[4];
    const char *body;
    size_t body_size;
    double timeout;
};

static char *url_of(const struct world *world, const char *path)
{
    return memory_format("https://%s:%u%s", address_of_server(world->fixture->slice), server_port(world->fixture->server), path);
}

static void ask(const struct world *world, const char *path, const struct extra *extra, struct test_http_answer *answer)
{
    AUTO_FREE char *url = url_of(world, path);
    const char *headers[6] = {world->fixture->authorization};
    for (size_t i = 0; i < 4 && extra->headers[i] != NULL; i++)
        headers[i + 1] = extra->headers[i];
    const struct test_http_request request = {.method = extra->method,
                                              .url = url,
                                              .headers = headers,
                                              .body = extra->body,
                                              .body_size = extra->body_size,
                                              .timeout = extra->timeout > 0 ? extra->timeout : 60,
                                              .ca_file = world->fixture->authority_file};
    test_http_send(&request, answer);
}

static void expect_refusal(const struct world *world, const char *path, int code, const char *message)
{
    struct test_http_answer answer;
    ask(world, path, &(struct extra){0}, &answer);
    AUTO_JSON cJSON *status = json_parse(answer.body.data, answer.body.length, NULL);
    assert_int_equal(answer.status, code);
    assert_string_equal(json_text(json_get(status, "kind"), ""), "Status");
    assert_string_equal(json_text(json_get(status, "message"), ""), message);
    test_http_release(&answer);
}

/* ---- what passes ---- */

static void test_request_and_answer(void **state)
{
    struct world *world = *state;
    struct test_http_answer answer;
    char text[128];
    ask(world, PODS "web/proxy/a%2Fb/c//d?x=1&y=%26",
        &(struct extra){.method = "PUT",
                        .headers = {"X-Hpalab-Token: secret", "Content-Type: application/x-plan", "Impersonate-User: jane",
                                    "Impersonate-Group: system:masters"},
                        .body = "the plan"},
        &answer);
    assert_int_equal(answer.status, 418);
    assert_memory_equal(answer.body.data, "PUT /a%2Fb/c//d?x=1&y=%26 HTTP/1.1\r\n", 36);
    assert_non_null(strstr(answer.body.data, "X-Hpalab-Token: secret\r\n"));
    assert_non_null(strstr(answer.body.data, "Content-Type: application/x-plan\r\n"));
    assert_non_null(strstr(answer.body.data, "Content-Length: 8\r\n"));
    assert_non_null(strstr(answer.body.data, "X-Forwarded-Uri: " PODS "web/proxy/a%2Fb/c//d\r\n"));
    assert_non_null(strstr(answer.body.data, "\nthe plan"));
    assert_null(strstr(answer.body.data, "Authorization"));
    assert_null(strstr(answer.body.data, "Impersonate"));
    assert_null(strstr(answer.body.data, "Bearer"));
    assert_string_equal(test_http_header(&answer, "Content-Type", text, sizeof text), "text/x-echo; charset=utf-8");
    assert_string_equal(test_http_header(&answer, "Cache-Control", text, sizeof text), "max-age=7");
    assert_non_null(strstr(answer.headers.data, "Set-Cookie: a=1"));
    assert_non_null(strstr(answer.headers.data, "Set-Cookie: b=2"));
    test_http_release(&answer);
}

static void test_headers_of_the_connection(void **state)
{
    struct test_http_answer answer;
    ask(*state, PODS "web/proxy/",
        &(struct extra){.headers = {"Connection: keep-alive, X-Mine", "X-Mine: 1", "X-Mine-Too: 2", "Upgrade: websocket"}},
        &answer);
    assert_memory_equal(answer.body.data, "GET / HTTP/1.1\r\n", 16);
    assert_null(strstr(answer.body.data, "X-Mine:"));
    assert_non_null(strstr(answer.body.data, "X-Mine-Too: 2\r\n"));
    assert_null(strstr(answer.body.data, "Upgrade"));
    test_http_release(&answer);
}

static void test_methods(void **state)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        struct test_http_answer answer;
        ask(*state, PODS "web/proxy/v1/start", &(struct extra){.method = methods[i]}, &answer);
        assert_int_equal(answer.status, 418);
        assert_memory_equal(answer.body.data, methods[i], strlen(methods[i]));
        test_http_release(&answer);
    }
}

static void test_large_bodies(void **state)
{
    struct world *world = *state;
    struct test_http_answer answer;
    AUTO_FREE char *body = memory_allocate(LARGE + 1, 1);
    char text[64];
    memset(body, 'x', LARGE);
    ask(world, PODS "web/proxy/length", &(struct extra){.method = "PUT", .body = body, .body_size = LARGE}, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(strtoull(answer.body.data, NULL, 10), LARGE);
    test_http_release(&answer);
    ask(world, PODS "web/proxy/large", &(struct extra){0}, &answer);
    assert_int_equal(answer.result, 0);
    assert_string_equal(test_http_header(&answer, "Content-Type", text, sizeof text), "application/x-test");
    assert_int_equal(answer.body.length, LARGE);
    for (size_t i = 0; i < LARGE; i += 1021)
        assert_int_equal(answer.body.data[i], 'a' + i % 26);
    test_http_release(&answer);
    ask(world, PODS "web/proxy/half", &(struct extra){0}, &answer);
    assert_int_not_equal(answer.result, 0);
    test_http_release(&answer);
}

static void test_body_that_is_too_large(void **state)
{
    const size_t size = SERVER_MAXIMUM_PROXIED_BODY + 1;
    AUTO_FREE char *body = memory_allocate(size + 1, 1);
    struct test_http_answer answer;
    memset(body, 'x', size);
    ask(*state, PODS "web/proxy/length", &(struct extra){.method = "PUT", .body = body, .body_size = size}, &answer);
    assert_int_equal(answer.status, 413);
    assert_non_null(strstr(answer.body.data, "Request entity too large: limit is 16777216"));
    test_http_release(&answer);
}

static void test_folder(void **state)
{
    struct test_http_answer answer;
    char text[128];
    ask(*state, PODS "web/proxy?x=1", &(struct extra){0}, &answer);
    assert_int_equal(answer.status, 301);
    assert_string_equal(test_http_header(&answer, "Location", text, sizeof text), PODS "web/proxy/?x=1");
    test_http_release(&answer);
}

/* The API server itself is a server with TLS whose certificate nobody here knows. Without the token it says no more. */
static void test_tls(void **state)
{
    struct world *world = *state;
    struct test_http_answer answer;
    create_pod(world, "self", address_of_server(world->fixture->slice), server_port(world->fixture->server));
    AUTO_FREE char *health = memory_format(PODS "https:self:%u/proxy/healthz", server_port(world->fixture->server));
    ask(world, health, &(struct extra){0}, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body.data, "ok");
    test_http_release(&answer);
    AUTO_FREE char *again = memory_format(PODS "https:self:%u/proxy/api/v1/namespaces", server_port(world->fixture->server));
    ask(world, again, &(struct extra){0}, &answer);
    assert_int_equal(answer.status, 401);
    test_http_release(&answer);
}

/* ---- Services ---- */

static void create_service(struct world *world)
{
    fixture_create(world->fixture, RESOURCE_SERVICES, "default",
                   "{\"metadata\":{\"name\":\"shop\"},\"spec\":{\"selector\":{\"app\":\"shop\"},\"ports\":[{\"name\":\"http\","
                   "\"port\":8080},"
                   "{\"name\":\"admin\",\"port\":8081}]}}");
}

static void test_service(void **state)
{
    struct world *world = *state;
    static const char *const paths[] = {SERVICES "shop:8080/proxy/", SERVICES "shop:http/proxy/",
                                        SERVICES "http:shop:http/proxy/"};
    create_service(world);
    expect_refusal(world, SERVICES "none:8080/proxy/", 404, "services \"none\" not found");
    expect_refusal(world, SERVICES "shop:9/proxy/", 503, "no service port 9 found for service \"shop\"");
    expect_refusal(world, SERVICES "shop:8080/proxy/", 503, "no endpoints available for service \"shop\"");
    AUTO_FREE char *slice = memory_format(
        "{\"metadata\":{\"name\":\"shop-1\",\"labels\":{\"kubernetes.io/service-name\":\"shop\"}},\"addressType\":\"IPv4\","
        "\"ports\":[{\"name\":\"http\",\"port\":%d}],\"endpoints\":[{\"addresses\":[\"127.0.0.9\"],\"conditions\":"
        "{\"ready\":false}},{\"addresses\":[\"127.0.0.1\"],\"conditions\":{\"ready\":true}}]}",
        fake_server_port(world->pod));
    fixture_create(world->fixture, RESOURCE_ENDPOINTSLICES, "default", slice);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct test_http_answer answer;
        ask(world, paths[i], &(struct extra){0}, &answer);
        assert_int_equal(answer.status, 418);
        test_http_release(&answer);
    }
    expect_refusal(world, SERVICES "shop:8081/proxy/", 503, "no endpoints available for service \"shop\"");
    expect_refusal(world, SERVICES "shop/proxy/", 503, "no endpoints available for service \"shop\"");
}

/* ---- what does not pass ---- */

static void test_refusals(void **state)
{
    struct world *world = *state;
    create_pod(world, "young", "", 8080);
    create_pod(world, "strange", "192.0.2.1", 8080);
    expect_refusal(world, PODS "none:8080/proxy/", 404, "pods \"none\" not found");
    expect_refusal(world, PODS "ftp:web:8080/proxy/", 400, "invalid pod request \"ftp:web:8080\"");
    expect_refusal(world, PODS "http:web:8080:1/proxy/", 400, "invalid pod request \"http:web:8080:1\"");
    expect_refusal(world, PODS "young/proxy/", 400, "address not allowed");
    expect_refusal(world, PODS "strange/proxy/", 400, "address not allowed");
    expect_refusal(world, PODS "web:x/proxy/", 503, "error trying to reach service: dial tcp: lookup tcp/x: unknown port");
    expect_refusal(world, PODS "web:65536/proxy/", 503, "error trying to reach service: dial tcp: address 65536: invalid port");
    expect_refusal(world, PODS "web/proxy/drop", 503, "error trying to reach service: EOF");
}

/* The recorded answer for a pod that is dead; the address and what the network says differ. */
static void test_dead_pod(void **state)
{
    struct world *world = *state;
    AUTO_JSON cJSON *recorded = test_data_json("golden/errors/pod-proxy-dead.json");
    cJSON *wanted = json_get(recorded, "response", "body");
    struct test_http_answer answer;
    assert_non_null(wanted);
    create_pod(world, "dead", "127.0.0.1", 9);
    ask(world, PODS "dead:9/proxy/", &(struct extra){0}, &answer);
    AUTO_JSON cJSON *status = json_parse(answer.body.data, answer.body.length, NULL);
    assert_int_equal(answer.status, json_integer(json_get(recorded, "response", "status"), 0));
    assert_string_equal(json_text(json_get(status, "message"), ""),
                        "error trying to reach service: dial tcp 127.0.0.1:9: connect: connection refused");
    json_set_text(wanted, "message", json_text(json_get(status, "message"), ""));
    assert_true(json_equal(status, wanted));
    test_http_release(&answer);
}

static int ask_as_jane(const struct world *world, const char *method, const char *path)
{
    struct test_http_answer answer;
    ask(world, path, &(struct extra){.method = method, .headers = {"Impersonate-User: jane"}}, &answer);
    const int code = answer.status;
    test_http_release(&answer);
    return code;
}

static void test_rights(void **state)
{
    struct world *world = *state;
    fixture_create(
        world->fixture, RESOURCE_ROLES, "default",
        "{\"metadata\":{\"name\":\"reader\"},\"rules\":[{\"apiGroups\":[\"\"],\"resources\":[\"pods/proxy\"],\"verbs\":"
        "[\"get\",\"update\"]},{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"*\"]}]}");
    fixture_create(
        world->fixture, RESOURCE_ROLEBINDINGS, "default",
        "{\"metadata\":{\"name\":\"jane\"},\"subjects\":[{\"kind\":\"User\",\"name\":\"jane\",\"apiGroup\":"
        "\"rbac.authorization.k8s.io\"}],\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"Role\",\"name\":"
        "\"reader\"}}");
    assert_int_equal(ask_as_jane(world, "GET", PODS "web/proxy/"), 418);
    assert_int_equal(ask_as_jane(world, "PUT", PODS "web/proxy/"), 418);
    assert_int_equal(ask_as_jane(world, "POST", PODS "web/proxy/"), 403);
    assert_int_equal(ask_as_jane(world, "PATCH", PODS "web/proxy/"), 403);
    assert_int_equal(ask_as_jane(world, "DELETE", PODS "web/proxy/"), 403);
    assert_int_equal(ask_as_jane(world, "GET", SERVICES "shop/proxy/"), 403);
}

/* ---- waiting ---- */

/* Twenty answers that do not come hold nobody else up, and end with the server. */
static void test_nobody_waits(void **state)
{
    struct world *world = *state;
    struct test_http_pending *pending[20];
    AUTO_FREE char *url = url_of(world, PODS "web/proxy/wait");
    const char *headers[] = {world->fixture->authorization, NULL};
    const struct test_http_request request = {
        .url = url, .headers = headers, .timeout = 60, .ca_file = world->fixture->authority_file};
    for (size_t i = 0; i < 20; i++)
        pending[i] = test_http_begin(&request);
    assert_true(test_wait_until(atomic_load(&world->waiting) == 20, 20));
    cJSON_Delete(fixture_expect(world->fixture, "GET", "/api/v1/namespaces/default", NULL, NULL, 200));
    assert_int_equal(atomic_load(&world->left), 0);
    server_stop(world->fixture->server);
    world->fixture->server = NULL;
    assert_true(test_wait_until(atomic_load(&world->left) == 20, 20));
    for (size_t i = 0; i < 20; i++) {
        struct test_http_answer answer;
        test_http_finish(pending[i], &answer);
        test_http_release(&answer);
    }
}

/* A client that does not wait any more takes its request to the pod with it. */
static void test_client_leaves(void **state)
{
    struct world *world = *state;
    struct test_http_answer answer;
    ask(world, PODS "web/proxy/wait", &(struct extra){.timeout = 0.5}, &answer);
    assert_int_equal(answer.result, CURLE_OPERATION_TIMEDOUT);
    test_http_release(&answer);
    assert_true(test_wait_until(atomic_load(&world->left) == 1, 20));
}

#define WORLD_TEST(function) cmocka_unit_test_setup_teardown(function, world_open, world_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_request_and_answer),
        WORLD_TEST(test_headers_of_the_connection),
        WORLD_TEST(test_methods),
        WORLD_TEST(test_large_bodies),
        WORLD_TEST(test_body_that_is_too_large),
        WORLD_TEST(test_folder),
        WORLD_TEST(test_tls),
        WORLD_TEST(test_service),
        WORLD_TEST(test_refusals),
        WORLD_TEST(test_dead_pod),
        WORLD_TEST(test_rights),
        WORLD_TEST(test_nobody_waits),
        WORLD_TEST(test_client_leaves),
    };
    return cmocka_run_group_tests_name("cluster/api/proxy", tests, NULL, NULL);
}

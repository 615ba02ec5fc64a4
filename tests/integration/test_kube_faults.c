/* The API client against a server that fails in every way: each call ends in time, with the right answer or a clear error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/memory.h"
#include "kube/kube.h"
#include "tests/support/fake_server.h"
#include "tests/support/folder.h"

#define SECOND NANOSECONDS_PER_SECOND
#define TOKEN "sesame-open-1234567890"
#define OTHER_TOKEN "chestnut-0987654321"
#define JSON "application/json"
#define MARGIN (5 * SECOND) /* for a busy machine; what would hang hangs much longer */

struct fixture {
    struct fake_server *server;
    char *folder;
    char *kubeconfig;
    struct kube_client *client;
    struct kube_answer answer;
    struct error error;
    int64_t start;
};

static void open_fixture(struct fixture *fixture, fake_handler *handler, void *context, const char *scheme)
{
    *fixture = (struct fixture){.server = fake_server_start(handler, context), .folder = test_folder_create()};
    AUTO_FREE char *url = memory_format("%s://127.0.0.1:%d", scheme, fake_server_port(fixture->server));
    fixture->kubeconfig = fake_kubeconfig(fixture->folder, url, TOKEN);
    fixture->client = kube_open(fixture->kubeconfig, NULL, &fixture->error);
    if (fixture->client == NULL)
        fail_msg("%s", fixture->error.text);
    kube_set_limit(fixture->client, 0);
    fixture->start = clock_monotonic();
}

static void close_fixture(struct fixture *fixture)
{
    kube_answer_release(&fixture->answer);
    kube_close(fixture->client);
    fake_server_stop(fixture->server);
    test_folder_remove(fixture->folder);
    free(fixture->folder);
    free(fixture->kubeconfig);
}

static int request(struct fixture *fixture, const char *method, int64_t deadline)
{
    bool has_body = strcmp(method, "POST") == 0;
    kube_answer_release(&fixture->answer);
    fixture->start = clock_monotonic();
    return kube_request(fixture->client, method, "/thing", has_body ? JSON : NULL, has_body ? "{}" : NULL, deadline,
                        &fixture->answer, &fixture->error);
}

static void check_took_at_most(const struct fixture *fixture, int64_t limit)
{
    int64_t took = clock_monotonic() - fixture->start;
    if (took > limit + MARGIN)
        fail_msg("took %lld ms", (long long)(took / 1000000));
}

static void check_error(const struct fixture *fixture, const char *part)
{
    if (strstr(fixture->error.text, part) == NULL)
        fail_msg("error is '%s', expected '%s' in it", fixture->error.text, part);
    assert_null(strstr(fixture->error.text, TOKEN));
}

static void answer_slowly(struct fake_connection *connection, const struct fake_request *asked, void *context)
{
    (void)asked;
    (void)context;
    (void)fake_wait(connection, 60);
    fake_close(connection);
}

static void test_slow(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, answer_slowly, NULL, "http");
    assert_int_equal(request(&fixture, "GET", SECOND / 2), -1);
    check_took_at_most(&fixture, SECOND / 2);
    check_error(&fixture, "no answer in time");
    assert_int_equal(fixture.answer.code, 0);
    close_fixture(&fixture);
}

static void trickle(struct fake_connection *connection, const struct fake_request *asked, void *context)
{
    (void)asked;
    (void)context;
    fake_send(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n");
    while (fake_wait(connection, 0.05))
        fake_send(connection, " ");
    fake_close(connection);
}

static void test_trickle_does_not_hold_past_the_deadline(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, trickle, NULL, "http");
    assert_int_equal(request(&fixture, "GET", SECOND), -1);
    check_took_at_most(&fixture, SECOND);
    check_error(&fixture, "in time");
    close_fixture(&fixture);
}

/* Fails the first requests in a way of the context, then answers. */
struct failure {
    int times;
    const char *raw; /* NULL = reset */
};

static void fail_then_answer(struct fake_connection *connection, const struct fake_request *asked, void *context)
{
    const struct failure *failure = context;
    if (asked->number > failure->times) {
        fake_answer(connection, 200, JSON, "", "{\"good\":true}");
        return;
    }
    if (failure->raw == NULL) {
        fake_reset(connection);
        return;
    }
    fake_send(connection, failure->raw);
    fake_close(connection);
}

static void check_heals(const char *raw)
{
    struct fixture fixture;
    struct failure failure = {.times = 2, .raw = raw};
    open_fixture(&fixture, fail_then_answer, &failure, "http");
    if (request(&fixture, "GET", 20 * SECOND) < 0)
        fail_msg("'%.30s' did not heal: %s", raw != NULL ? raw : "reset", fixture.error.text);
    assert_int_equal(fixture.answer.code, 200);
    assert_true(json_boolean(json_get(fixture.answer.body, "good"), false));
    assert_int_equal(fake_server_requests(fixture.server), 3);
    close_fixture(&fixture);
}

static void test_failures_heal(void **state)
{
    (void)state;
    check_heals(NULL);
    check_heals("");
    check_heals("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n");
    check_heals("HTTP/1.1 503 Away\r\nContent-Length: 4\r\n\r\naway");
    check_heals("HTTP/1.1 429 Busy\r\nContent-Length: 0\r\n\r\n");
    check_heals("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"half\":");
    check_heals("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    check_heals("\x15\x03\x01garbage garbage garbage\n");
}

static void test_post_is_not_sent_twice(void **state)
{
    (void)state;
    struct fixture fixture;
    struct failure failure = {.times = 1, .raw = NULL};
    open_fixture(&fixture, fail_then_answer, &failure, "http");
    assert_int_equal(request(&fixture, "POST", 5 * SECOND), -1);
    check_error(&fixture, "connection lost");
    assert_int_equal(fake_server_requests(fixture.server), 1);
    close_fixture(&fixture);

    struct failure busy = {.times = 1, .raw = "HTTP/1.1 429 Busy\r\nContent-Length: 0\r\n\r\n"};
    open_fixture(&fixture, fail_then_answer, &busy, "http");
    assert_int_equal(request(&fixture, "POST", 5 * SECOND), 0);
    assert_int_equal(fake_server_requests(fixture.server), 2);
    close_fixture(&fixture);
}

static void test_resets_end_at_the_deadline(void **state)
{
    (void)state;
    struct fixture fixture;
    struct failure failure = {.times = 1000000, .raw = NULL};
    open_fixture(&fixture, fail_then_answer, &failure, "http");
    assert_int_equal(request(&fixture, "GET", SECOND), -1);
    check_took_at_most(&fixture, SECOND);
    check_error(&fixture, "connection lost");
    int tries = fake_server_requests(fixture.server);
    assert_in_range(tries, 2, 12);
    close_fixture(&fixture);
}

static void test_retry_after_is_obeyed(void **state)
{
    (void)state;
    struct fixture fixture;
    struct failure failure = {.times = 1, .raw = "HTTP/1.1 429 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"};
    open_fixture(&fixture, fail_then_answer, &failure, "http");
    assert_int_equal(request(&fixture, "GET", 30 * SECOND), 0);
    assert_true(clock_monotonic() - fixture.start >= SECOND);
    close_fixture(&fixture);

    struct failure later = {.times = 1, .raw = "HTTP/1.1 429 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"};
    open_fixture(&fixture, fail_then_answer, &later, "http");
    assert_int_equal(request(&fixture, "GET", 30 * SECOND), -1);
    check_took_at_most(&fixture, SECOND);
    assert_int_equal(fixture.answer.code, 429);
    close_fixture(&fixture);
}

struct reply {
    int code;
    const char *content_type;
    const char *body;
};

static void answer_reply(struct fake_connection *connection, const struct fake_request *asked, void *context)
{
    (void)asked;
    const struct reply *reply = context;
    fake_answer(connection, reply->code, reply->content_type, "", reply->body);
}

static void check_reply(struct reply reply, int result, const char *error_part)
{
    struct fixture fixture;
    open_fixture(&fixture, answer_reply, &reply, "http");
    assert_int_equal(request(&fixture, "GET", SECOND), result);
    assert_int_equal(fixture.answer.code, reply.code);
    if (error_part != NULL)
        check_error(&fixture, error_part);
    close_fixture(&fixture);
}

static void test_answers_become_errors(void **state)
{
    (void)state;
    const char *status = "{\"kind\":\"Status\",\"message\":\"pods \\\"nope\\\" not found\",\"reason\":\"NotFound\",\"code\":404}";
    check_reply((struct reply){404, JSON, status}, -1, "pods \"nope\" not found (404 NotFound)");
    check_reply((struct reply){404, "text/plain; charset=utf-8", "404 page not found\n"}, -1, "404 page not found (404)");
    check_reply((struct reply){400, JSON, "{\"half\":"}, -1, "HTTP status 400");
    check_reply((struct reply){400, JSON, "[1,2]"}, -1, "HTTP status 400");
    check_reply((struct reply){302, "text/html", ""}, -1, "HTTP status 302");
    check_reply((struct reply){200, JSON, "{\"half\":"}, -1, "not JSON");
    check_reply((struct reply){401, JSON, "{\"message\":\"bad token " TOKEN "\",\"reason\":\"Unauthorized\"}"}, -1,
                "bad token ***");
    check_reply((struct reply){403, "text/plain", "red \x1b[31malert"}, -1, "red  [31malert");
    check_reply((struct reply){200, "text/plain", "a log\n"}, 0, NULL);
}

static void answer_nested(struct fake_connection *connection, const struct fake_request *asked, void *context)
{
    (void)asked;
    (void)context;
    AUTO_FREE char *deep = memory_allocate(100001, 1);
    memset(deep, '[', 100000);
    fake_answer(connection, 200, JSON, "", deep);
}

static void test_nested_answer(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, answer_nested, NULL, "http");
    assert_int_equal(request(&fixture, "GET", 10 * SECOND), -1);
    check_error(&fixture, "nested deeper");
    close_fixture(&fixture);
}

/* Answers without an end, in the headers or in the body. */
static void answer_endlessly(struct fake_connection *connection, const struct fake_request *asked, void *context)
{
    const char *line = context;
    (void)asked;
    fake_send(connection, "HTTP/1.1 200 OK\r\n");
    if (line[0] != 'X')
        fake_send(connection, "Content-Type: application/json\r\n\r\n");
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, (size_t)1 << 16);
    while (buffer_append_text(&text, line) == 0)
        continue;
    while (fake_wait(connection, 0))
        fake_send(connection, text.data);
    fake_close(connection);
}

static void check_endless(char *line, const char *error_part)
{
    struct fixture fixture;
    open_fixture(&fixture, answer_endlessly, line, "http");
    assert_int_equal(request(&fixture, "GET", 60 * SECOND), -1);
    check_error(&fixture, error_part);
    close_fixture(&fixture);
}

static void test_endless_answers_are_cut(void **state)
{
    (void)state;
    char header[1024];
    memset(header, 'X', sizeof header);
    header[4] = ':';
    header[5] = ' ';
    header[sizeof header - 3] = '\r';
    header[sizeof header - 2] = '\n';
    header[sizeof header - 1] = '\0';
    check_endless(header, "answer");
    char body[1024];
    memset(body, ' ', sizeof body);
    body[sizeof body - 1] = '\0';
    check_endless(body, "larger than 64 MiB");
}

static void test_tls_to_a_plain_port(void **state)
{
    (void)state;
    struct fixture fixture;
    struct reply reply = {200, JSON, "{}"};
    open_fixture(&fixture, answer_reply, &reply, "https");
    /* The server waits for the end of a request that looks like no request: the client's deadline decides. */
    assert_int_equal(request(&fixture, "GET", SECOND), -1);
    check_took_at_most(&fixture, SECOND);
    assert_int_equal(fake_server_requests(fixture.server), 0);
    close_fixture(&fixture);
}

static void test_refused(void **state)
{
    (void)state;
    struct fixture fixture;
    struct reply reply = {200, JSON, "{}"};
    open_fixture(&fixture, answer_reply, &reply, "http");
    fake_server_stop(fixture.server);
    assert_int_equal(request(&fixture, "GET", SECOND), -1);
    check_took_at_most(&fixture, SECOND);
    check_error(&fixture, "Connection refused");
    fixture.server = fake_server_start(answer_reply, &reply);
    close_fixture(&fixture);
}

static void test_connections_are_kept(void **state)
{
    (void)state;
    struct fixture fixture;
    struct reply reply = {200, JSON, "{}"};
    open_fixture(&fixture, answer_reply, &reply, "http");
    for (int i = 0; i < 20; i++)
        assert_int_equal(request(&fixture, "GET", 10 * SECOND), 0);
    assert_int_equal(fake_server_connections(fixture.server), 1);
    close_fixture(&fixture);
}

static void test_requests_are_limited_and_counted(void **state)
{
    (void)state;
    struct fixture fixture;
    struct reply reply = {200, JSON, "{}"};
    open_fixture(&fixture, answer_reply, &reply, "http");
    kube_set_limit(fixture.client, KUBE_REQUESTS_PER_SECOND);
    struct kube_call reading = {.method = "GET", .path = "/reading", .deadline = 10 * SECOND, .reads_generator = true};
    int64_t start = clock_monotonic();
    for (int i = 0; i < 15; i++)
        assert_int_equal(request(&fixture, i < 12 ? "GET" : "PUT", 30 * SECOND), 0);
    for (int i = 0; i < 30; i++)
        assert_int_equal(kube_send(fixture.client, &reading, NULL, &fixture.error), 0);
    assert_true(clock_monotonic() - start > SECOND);
    struct kube_counts counts = kube_counts(fixture.client);
    assert_int_equal(counts.reads, 12);
    assert_int_equal(counts.writes, 3);
    assert_int_equal(counts.generators, 30);
    assert_int_equal(counts.watches + counts.repeated, 0);
    for (int i = 0; i < 30; i++)
        (void)request(&fixture, "GET", SECOND / 1000);
    check_error(&fixture, "no more than 10 requests a second");
    close_fixture(&fixture);
}

static void answer_with_header(struct fake_connection *connection, const struct fake_request *asked, void *context)
{
    (void)context;
    const char *at = strstr(asked->headers, "X-Hpalab-Token: " OTHER_TOKEN "\r\n");
    fake_answer(connection, at != NULL ? 403 : 400, "text/plain", "", at != NULL ? "not with " OTHER_TOKEN : "no token");
}

static void test_one_more_header(void **state)
{
    (void)state;
    struct fixture fixture;
    open_fixture(&fixture, answer_with_header, NULL, "http");
    const struct kube_call call = {.method = "GET",
                                   .path = "/",
                                   .deadline = 10 * SECOND,
                                   .header_name = "X-Hpalab-Token",
                                   .header_value = OTHER_TOKEN,
                                   .once = true};
    assert_int_equal(kube_send(fixture.client, &call, NULL, &fixture.error), -1);
    check_error(&fixture, "not with ***");
    close_fixture(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slow),
        cmocka_unit_test(test_trickle_does_not_hold_past_the_deadline),
        cmocka_unit_test(test_failures_heal),
        cmocka_unit_test(test_post_is_not_sent_twice),
        cmocka_unit_test(test_resets_end_at_the_deadline),
        cmocka_unit_test(test_retry_after_is_obeyed),
        cmocka_unit_test(test_answers_become_errors),
        cmocka_unit_test(test_nested_answer),
        cmocka_unit_test(test_endless_answers_are_cut),
        cmocka_unit_test(test_tls_to_a_plain_port),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_connections_are_kept),
        cmocka_unit_test(test_requests_are_limited_and_counted),
        cmocka_unit_test(test_one_more_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

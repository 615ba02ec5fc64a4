/*
 * webapp through its own interfaces: answers, costs, cache, loads, wrong input. Its boot and its end are in
 * test_webapp_life.c, its flags in test_webapp_options.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "tests/support/webapp.h"

#define AUTO_WEBAPP CLEANUP(test_webapp_end)
#define AUTO_ANSWER CLEANUP(test_http_release)
#define VALUE_SIZE 128

static void sleep_seconds(double seconds)
{
    clock_sleep_until(clock_monotonic() + (int64_t)(seconds * (double)NANOSECONDS_PER_SECOND));
}

static double process_cpu_seconds(const struct test_webapp *webapp)
{
    int64_t used = test_process_cpu(test_child_pid(webapp->child));
    assert_true(used >= 0);
    return (double)used / (double)NANOSECONDS_PER_SECOND;
}

static void assert_header(const struct test_http_answer *answer, const char *name, const char *expected)
{
    char value[VALUE_SIZE];
    assert_string_equal(test_http_header(answer, name, value, sizeof value), expected);
}

/* How often what a full machine may spoil is tried. */
#define ATTEMPTS 10

static void assert_between(double value, double least, double most)
{
    if (!(value >= least && value <= most))
        fail_msg("%g is not between %g and %g", value, least, most);
}

static void assert_pod_headers(const struct test_http_answer *answer)
{
    char value[VALUE_SIZE];
    assert_header(answer, "X-Pod-Name", TEST_WEBAPP_NAME);
    assert_between(test_http_header_number(answer, "X-Pod-Age"), 0, 300);
    assert_between(test_http_header_number(answer, "X-Request-CPU"), 0, 300e3);
    assert_int_not_equal(test_http_header(answer, "X-Cache", value, sizeof value)[0], '\0');
    assert_int_not_equal(test_http_header(answer, "X-Pod-Phase", value, sizeof value)[0], '\0');
}

static void assert_json_error(const struct test_http_answer *answer)
{
    AUTO_JSON cJSON *body = json_parse(answer->body.data, answer->body.length, NULL);
    assert_non_null(body);
    assert_true(strlen(json_text(json_get(body, "error"), "")) > 0);
    assert_header(answer, "Content-Type", "application/json");
}

struct expectation {
    const char *method;
    const char *path;
    int status;
    const char *allow;
};

static const struct expectation expectations[] = {
    {"GET", "/post/3", 200, ""},
    {"GET", "/post/3?anything=1", 200, ""},
    {"GET", "/post/0", 200, ""},
    {"GET", "/post/999999999999999999", 200, ""},
    {"GET", "/readyz", 200, ""},
    {"GET", "/readyz?warm=0", 200, ""},
    {"GET", "/readyz?warm=1", 200, ""},
    {"GET", "/livez", 200, ""},
    {"GET", "/metrics", 200, ""},
    {"HEAD", "/post/3", 200, ""},
    {"GET", "/", 404, ""},
    {"GET", "/post", 404, ""},
    {"GET", "/post/3/comments", 404, ""},
    {"GET", "/livez/", 404, ""},
    {"GET", "/load", 404, ""},
    {"POST", "/nowhere", 404, ""},
    {"POST", "/post/3", 405, "GET, HEAD"},
    {"DELETE", "/readyz", 405, "GET, HEAD"},
    {"NONSENSE", "/livez", 405, "GET, HEAD"},
    {"GE", "/livez", 405, "GET, HEAD"},
    {"GET", "/load/cpu?millicores=10&seconds=1", 405, "POST"},
    {"PUT", "/load/memory", 405, "POST"},
    {"GET", "/post/", 400, ""},
    {"GET", "/post/abc", 400, ""},
    {"GET", "/post/-1", 400, ""},
    {"GET", "/post/1e3", 400, ""},
    {"GET", "/post/9999999999999999999", 400, ""},
    {"GET", "/post/%00", 400, ""},
    {"GET", "/readyz?warm=2", 400, ""},
    {"GET", "/readyz?warm", 400, ""},
    {"GET", "/readyz?warn=1", 400, ""},
    {"GET", "/readyz?warm=1&warm=1", 400, ""},
    {"POST", "/load/cpu", 400, ""},
    {"POST", "/load/cpu?millicores=10", 400, ""},
    {"POST", "/load/cpu?millicores=0&seconds=1", 400, ""},
    {"POST", "/load/cpu?millicores=10&seconds=0", 400, ""},
    {"POST", "/load/cpu?millicores=16001&seconds=1", 400, ""},
    {"POST", "/load/cpu?millicores=10&seconds=3601", 400, ""},
    {"POST", "/load/cpu?millicores=10&seconds=1&mib=1", 400, ""},
    {"POST", "/load/cpu?millicores=ten&seconds=1", 400, ""},
    {"POST", "/load/memory?mib=4097&seconds=1", 400, ""},
    {"POST", "/load/memory?mib=1&seconds=", 400, ""},
    {"POST", "/load/memory?a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1", 400, ""},
};

static void answers_each_path(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-cpu", "1ms");
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++) {
        const struct expectation *expected = &expectations[i];
        AUTO_ANSWER struct test_http_answer answer = test_webapp_ask(&webapp, expected->method, expected->path);
        if (answer.status != expected->status)
            fail_msg("%s %s: %d, expected %d", expected->method, expected->path, answer.status, expected->status);
        assert_pod_headers(&answer);
        assert_header(&answer, "Allow", expected->allow);
        if (expected->status >= 400)
            assert_json_error(&answer);
    }
}

static void caps_request_sizes(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-cpu", "0");
    char url[TEST_URL_SIZE];
    AUTO_FREE char *large = memory_allocate(200001, 1);
    memset(large, 'a', 200000);
    const char *const chunked[] = {"Transfer-Encoding: chunked", "Expect:", NULL};
    AUTO_FREE char *long_header = memory_format("X-Long: %.9000s", large);
    const char *const headers[] = {long_header, NULL};
    const struct {
        struct test_http_request request;
        int status;
    } cases[] = {
        {{.body = large, .body_size = 65536}, 405},
        {{.body = large, .body_size = 65537}, 413},
        {{.body = large, .headers = chunked}, 413},
        {{.headers = headers}, 431},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct test_http_request request = cases[i].request;
        AUTO_ANSWER struct test_http_answer answer = {.status = 0};
        request.url = test_webapp_url(&webapp, "/livez", url);
        test_http_send(&request, &answer);
        assert_int_equal(answer.status, cases[i].status);
        assert_json_error(&answer);
        assert_pod_headers(&answer);
    }
}

/* Whatever comes in, the answer is an error or a closed connection, and the next client is served. */
static void survives_garbage(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--idle-timeout", "1s");
    AUTO_FREE char *endless = memory_allocate(100001, 1);
    memset(endless, 'x', 100000);
    const char *const inputs[] = {
        "\r\n\r\n\r\n",
        "garbage\r\n\r\n",
        "GET\r\n\r\n",
        "GET /livez HTTP/9.9\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999999\r\n\r\n",
        "POST /load/cpu HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzzzz\r\n",
        "GET /post/%zz%%%\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /post/1 HTTP/1.1\r\nHost",
        endless,
    };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        char text[4096];
        AUTO_CLOSE int descriptor = test_tcp_connect(webapp.address, TEST_WEBAPP_PORT, 5);
        assert_true(descriptor >= 0);
        (void)test_tcp_send(descriptor, inputs[i]);
        (void)test_tcp_receive(descriptor, text, sizeof text, 0.2);
        assert_null(strstr(text, " 200 "));
        AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&webapp, "/livez");
        assert_int_equal(answer.status, 200);
    }
    assert_int_equal(test_child_wait(webapp.child, 0), TEST_CHILD_RUNNING);
}

static void first_use_of_an_entry_costs_more(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--cache-entries", "3", "--cache-cpu", "60", "--request-cpu", "5ms");
    const struct {
        const char *path, *cache, *phase;
        double least, most; /* CPU milliseconds */
    } cases[] = {
        {"/post/1", "miss", "cold", 65, 85}, {"/post/1", "hit", "cold", 5, 15},   {"/post/4", "hit", "cold", 5, 15},
        {"/post/2", "miss", "cold", 65, 85}, {"/post/3", "miss", "cold", 65, 85}, {"/post/3", "hit", "warm", 5, 15},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&webapp, cases[i].path);
        assert_int_equal(answer.status, 200);
        assert_header(&answer, "X-Cache", cases[i].cache);
        assert_header(&answer, "X-Pod-Phase", cases[i].phase);
        assert_between(test_http_header_number(&answer, "X-Request-CPU"), cases[i].least, cases[i].most);
    }
    assert_true(test_webapp_metric(&webapp, "cache_hits_total") == 3);
    assert_true(test_webapp_metric(&webapp, "cache_misses_total") == 3);
}

static void send_together(const struct test_webapp *webapp, const char *path, struct test_http_answer *answers, size_t count)
{
    char url[TEST_URL_SIZE];
    const struct test_http_request request = {.url = test_webapp_url(webapp, path, url), .timeout = 60};
    AUTO_FREE struct test_http_pending **pending = memory_allocate(count, sizeof(void *));
    for (size_t i = 0; i < count; i++)
        pending[i] = test_http_begin(&request);
    for (size_t i = 0; i < count; i++)
        test_http_finish(pending[i], &answers[i]);
}

static void one_builds_and_the_others_wait(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp =
        test_webapp_run("--cache-entries", "10", "--cache-cpu", "100ms", "--cache-wait", "300ms");
    struct test_http_answer answers[20];
    double before = process_cpu_seconds(&webapp);
    send_together(&webapp, "/post/7", answers, 20);
    assert_between(process_cpu_seconds(&webapp) - before, 0.1, 0.19);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(answers[i].status, 200);
        test_http_release(&answers[i]);
    }
    assert_true(test_webapp_metric(&webapp, "cache_entries_built_total") == 1);
    assert_true(test_webapp_metric(&webapp, "cache_misses_total") > 1);
    assert_true(test_webapp_metric(&webapp, "cache_misses_total") + test_webapp_metric(&webapp, "cache_hits_total") == 20);
}

static void warm_readiness_builds_the_cache(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--cache-entries", "4", "--cache-cpu", "10", "--cache-wait", "200");
    int status = 0;
    for (int attempt = 0; attempt < 200 && status != 200; attempt++) {
        AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&webapp, "/readyz?warm=1");
        status = answer.status;
        if (attempt == 0) {
            assert_int_equal(status, 503);
            assert_json_error(&answer);
            assert_header(&answer, "X-Pod-Phase", "cold");
        }
        AUTO_ANSWER struct test_http_answer plain = test_webapp_get(&webapp, "/readyz");
        assert_int_equal(plain.status, 200);
        sleep_seconds(0.05);
    }
    assert_int_equal(status, 200);
    AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&webapp, "/post/2");
    assert_header(&answer, "X-Cache", "hit");
    assert_header(&answer, "X-Pod-Phase", "warm");
    assert_true(test_webapp_metric(&webapp, "cache_entries_built_total") == 4);
    assert_true(test_webapp_metric(&webapp, "cache_misses_total") == 0);
}

static void request_cost_is_the_process_cpu_time(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-cpu", "10ms");
    double before = process_cpu_seconds(&webapp);
    for (int i = 0; i < 50; i++) {
        AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&webapp, "/post/1");
        assert_int_equal(answer.status, 200);
    }
    assert_between(process_cpu_seconds(&webapp) - before, 0.5, 0.6);
}

/* A request is counted just after its answer has been sent: waits up to 10 s for the count. */
static void await_metric(const struct test_webapp *webapp, const char *name, double expected)
{
    double value = test_webapp_metric(webapp, name);
    for (int i = 0; i < 200 && value != expected; i++) {
        sleep_seconds(0.05);
        value = test_webapp_metric(webapp, name);
    }
    assert_between(value, expected, expected);
}

static void counts_requests(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-wait", "60ms");
    const char *const paths[] = {"/post/1", "/post/2", "/post/x", "/nowhere", "/nowhere"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct test_http_answer answer = test_webapp_get(&webapp, paths[i]);
        test_http_release(&answer);
    }
    await_metric(&webapp, "http_requests_total{code=\"404\"}", 2);
    await_metric(&webapp, "http_requests_total{code=\"400\"}", 1);
    await_metric(&webapp, "http_requests_in_flight", 1);
    assert_true(test_webapp_metric(&webapp, "http_requests_total{code=\"200\"}") >= 2);
    assert_true(test_webapp_metric(&webapp, "http_request_duration_seconds_bucket{le=\"0.05\"}") >= 3);
    assert_true(test_webapp_metric(&webapp, "http_request_duration_seconds_sum") >= 0.12);
}

static void carries_two_hundred_waiting_requests(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-wait", "1s", "--request-cpu", "1ms");
    struct test_http_answer answers[200];
    int64_t start = clock_monotonic();
    send_together(&webapp, "/post/1", answers, 200);
    /* One after the other they would take 200 s. */
    assert_true(clock_monotonic() - start < 30 * NANOSECONDS_PER_SECOND);
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(answers[i].status, 200);
        test_http_release(&answers[i]);
    }
}

static void idles_without_cpu(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--cache-entries", "10");
    AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&webapp, "/post/1");
    assert_int_equal(answer.status, 200);
    AUTO_CLOSE int idle_connection = test_tcp_connect(webapp.address, TEST_WEBAPP_PORT, 5);
    assert_true(idle_connection >= 0);
    sleep_seconds(0.2);
    double before = process_cpu_seconds(&webapp);
    sleep_seconds(3);
    assert_between(process_cpu_seconds(&webapp) - before, 0, 0.003);
}

static void an_answer_may_take_longer_than_the_idle_timeout(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-wait", "2500ms", "--idle-timeout", "1s");
    char url[TEST_URL_SIZE];
    const struct test_http_request request = {.url = test_webapp_url(&webapp, "/post/1", url)};
    struct test_http_session *session = test_http_session_create();
    for (int i = 0; i < 2; i++) {
        AUTO_ANSWER struct test_http_answer answer = {.status = 0};
        test_http_session_send(session, &request, &answer);
        assert_int_equal(answer.status, 200);
        assert_int_equal(answer.connections_opened, i == 0 ? 1 : 0);
    }
    test_http_session_destroy(session);
}

static void post_ok(const struct test_webapp *webapp, const char *path)
{
    AUTO_ANSWER struct test_http_answer answer = test_webapp_ask(webapp, "POST", path);
    assert_int_equal(answer.status, 200);
}

/* What two loads of 0.3 s in all for each second use in their two seconds: 0.6 s, less on a machine that is full, never
 * more. */
static double use_of_two_loads(void)
{
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-cpu", "0");
    double before = process_cpu_seconds(&webapp);
    post_ok(&webapp, "/load/cpu?millicores=100&seconds=2");
    post_ok(&webapp, "/load/cpu?millicores=200&seconds=2");
    sleep_seconds(2.5);
    double used = process_cpu_seconds(&webapp) - before;
    assert_between(used, 0, 0.66);
    sleep_seconds(0.5);
    assert_between(process_cpu_seconds(&webapp) - before - used, 0, 0.01);
    return used;
}

static void cpu_loads_add_up(void **state)
{
    (void)state;
    double used = 0;
    for (int attempt = 0; attempt < ATTEMPTS && used < 0.4; attempt++)
        used = use_of_two_loads();
    assert_true(used >= 0.4);
}

static double anonymous_mib(const struct test_webapp *webapp)
{
    return (double)test_process_status_number(test_child_pid(webapp->child), "RssAnon") / 1024;
}

/* Waits up to 20 s for the resident memory to come within the bounds. */
static void await_memory(const struct test_webapp *webapp, double least, double most)
{
    double mib = anonymous_mib(webapp);
    for (int i = 0; i < 400 && !(mib >= least && mib <= most); i++) {
        sleep_seconds(0.05);
        mib = anonymous_mib(webapp);
    }
    assert_between(mib, least, most);
}

static void memory_loads_add_up_and_go(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-cpu", "0");
    await_memory(&webapp, 0, 20);
    post_ok(&webapp, "/load/memory?mib=40&seconds=4");
    post_ok(&webapp, "/load/memory?mib=24&seconds=4");
    await_memory(&webapp, 64, 84);
    await_memory(&webapp, 0, 20);
}

static void refuses_too_much_load(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-cpu", "0");
    post_ok(&webapp, "/load/memory?mib=1&seconds=60");
    AUTO_ANSWER struct test_http_answer answer = test_webapp_ask(&webapp, "POST", "/load/memory?mib=4096&seconds=1");
    assert_int_equal(answer.status, 503);
    assert_json_error(&answer);
    for (int i = 0; i < 63; i++)
        post_ok(&webapp, "/load/cpu?millicores=1&seconds=60");
    AUTO_ANSWER struct test_http_answer last = test_webapp_ask(&webapp, "POST", "/load/cpu?millicores=1&seconds=1");
    assert_int_equal(last.status, 503);
}

/* Connections above the cap wait until others are closed. */
static void caps_connections(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--connections", "2", "--request-wait", "100ms");
    struct test_http_answer answers[10];
    int64_t start = clock_monotonic();
    send_together(&webapp, "/post/1", answers, 10);
    assert_true(clock_monotonic() - start >= 5 * 100 * NANOSECONDS_PER_MILLISECOND);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(answers[i].status, 200);
        test_http_release(&answers[i]);
    }
}

/* A client that keeps its connection has to make a new one after each third answer. */
static void ends_connections_after_so_many_answers(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--connection-requests", "3");
    char url[TEST_URL_SIZE];
    char value[VALUE_SIZE];
    struct test_http_session *session = test_http_session_create();
    const struct test_http_request request = {.url = test_webapp_url(&webapp, "/livez", url)};
    for (int i = 0; i < 7; i++) {
        AUTO_ANSWER struct test_http_answer answer = {.status = 0};
        test_http_session_send(session, &request, &answer);
        assert_int_equal(answer.status, 200);
        assert_int_equal(answer.connections_opened, i % 3 == 0 ? 1 : 0);
        assert_string_equal(test_http_header(&answer, "Connection", value, sizeof value), i % 3 == 2 ? "close" : "");
    }
    test_http_session_destroy(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_each_path),
        cmocka_unit_test(caps_request_sizes),
        cmocka_unit_test(survives_garbage),
        cmocka_unit_test(first_use_of_an_entry_costs_more),
        cmocka_unit_test(one_builds_and_the_others_wait),
        cmocka_unit_test(warm_readiness_builds_the_cache),
        cmocka_unit_test(request_cost_is_the_process_cpu_time),
        cmocka_unit_test(counts_requests),
        cmocka_unit_test(carries_two_hundred_waiting_requests),
        cmocka_unit_test(caps_connections),
        cmocka_unit_test(ends_connections_after_so_many_answers),
        cmocka_unit_test(idles_without_cpu),
        cmocka_unit_test(an_answer_may_take_longer_than_the_idle_timeout),
        cmocka_unit_test(cpu_loads_add_up),
        cmocka_unit_test(memory_loads_add_up_and_go),
        cmocka_unit_test(refuses_too_much_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

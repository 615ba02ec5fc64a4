/*
 * webapp's life through its own interfaces: how it boots and how it ends.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "common/clock.h"
#include "common/memory.h"
#include "tests/support/webapp.h"

#define AUTO_WEBAPP CLEANUP(test_webapp_end)
#define AUTO_ANSWER CLEANUP(test_http_release)
#define POST_1 "GET /post/1 HTTP/1.1\r\nHost: webapp\r\n\r\n"
#define EXIT_ABRUPT 143

static void sleep_seconds(double seconds)
{
    clock_sleep_until(clock_monotonic() + (int64_t)(seconds * (double)NANOSECONDS_PER_SECOND));
}

static struct test_http_pending *begin_get(const struct test_webapp *webapp, const char *path, char url[TEST_URL_SIZE])
{
    return test_http_begin(&(struct test_http_request){.url = test_webapp_url(webapp, path, url), .timeout = 30});
}

/* Waits until count requests (besides the one that asks) are being served. */
static void await_in_flight(const struct test_webapp *webapp, int count)
{
    int found = -1;
    for (int i = 0; i < 1000 && found != count; i++) {
        found = (int)test_webapp_metric(webapp, "http_requests_in_flight") - 1;
        if (found != count)
            sleep_seconds(0.01);
    }
    assert_int_equal(found, count);
}

static bool refuses_connections(const struct test_webapp *webapp)
{
    AUTO_CLOSE int descriptor = test_tcp_connect(webapp->address, TEST_WEBAPP_PORT, 5);
    return descriptor < 0;
}

static void await_refusal(const struct test_webapp *webapp)
{
    for (int i = 0; i < 1000 && !refuses_connections(webapp); i++)
        sleep_seconds(0.01);
    assert_true(refuses_connections(webapp));
}

static bool announces_close(const struct test_http_answer *answer)
{
    char value[16];
    return strcmp(test_http_header(answer, "Connection", value, sizeof value), "close") == 0;
}

static void hang_answers_when_booted(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--boot", "1500ms");
    struct test_http_pending *pending[20];
    char url[TEST_URL_SIZE];
    assert_false(refuses_connections(&webapp));
    const struct test_http_request request = {.url = test_webapp_url(&webapp, "/livez", url), .timeout = 30};
    for (size_t i = 0; i < 20; i++)
        pending[i] = test_http_begin(&request);
    for (size_t i = 0; i < 20; i++) {
        AUTO_ANSWER struct test_http_answer answer = {.status = 0};
        test_http_finish(pending[i], &answer);
        assert_int_equal(answer.status, 200);
        assert_true(test_http_header_number(&answer, "X-Pod-Age") >= 1.5);
    }
}

static void refuse_listens_when_booted(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--boot", "2s", "--boot-mode", "refuse");
    assert_true(refuses_connections(&webapp));
    assert_true(test_tcp_wait(webapp.address, TEST_WEBAPP_PORT, 10));
    AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&webapp, "/readyz");
    assert_int_equal(answer.status, 200);
    assert_true(test_http_header_number(&answer, "X-Pod-Age") >= 2);
}

static void unavailable_answers_503_until_booted(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--boot", "2s", "--boot-mode", "503");
    static const char *const paths[] = {"/post/1", "/readyz", "/livez", "/metrics", "/nowhere"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&webapp, paths[i]);
        if (test_http_header_number(&answer, "X-Pod-Age") < 2)
            assert_int_equal(answer.status, 503);
    }
    int status = 0;
    for (int i = 0; i < 200 && status != 200; i++) {
        AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&webapp, "/readyz");
        status = answer.status;
        assert_true(status == 503 || test_http_header_number(&answer, "X-Pod-Age") >= 2);
        sleep_seconds(0.05);
    }
    assert_int_equal(status, 200);
}

static double use_of_booting(void)
{
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--boot", "1500ms", "--boot-cpu", "400m");
    AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&webapp, "/livez");
    assert_int_equal(answer.status, 200);
    double used = (double)test_process_cpu(test_child_pid(webapp.child)) / (double)NANOSECONDS_PER_SECOND;
    assert_true(used < 0.68); /* meant: 0.6, and what starting costs */
    return used;
}

/* A machine that is full gives less: several tries. */
static void booting_may_use_cpu(void **state)
{
    (void)state;
    double used = 0;
    for (int attempt = 0; attempt < 10 && used <= 0.35; attempt++)
        used = use_of_booting();
    assert_true(used > 0.35);
}

static void sigterm_ends_a_pod_that_boots(void **state)
{
    (void)state;
    static const struct {
        const char *boot_mode, *term;
        int status;
    } cases[] = {{"hang", "drain", 0}, {"refuse", "close-listener", 0}, {"hang", "abrupt", EXIT_ABRUPT}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_WEBAPP struct test_webapp webapp =
            test_webapp_run("--boot", "60s", "--boot-mode", cases[i].boot_mode, "--term", cases[i].term);
        test_child_signal(webapp.child, SIGTERM);
        assert_int_equal(test_child_wait(webapp.child, 10), cases[i].status);
    }
}

static void hangs_after_its_pages(void **state)
{
    (void)state;
    static const char *const paths[] = {"/post/3", "/livez", "/metrics"};
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--hang-after", "2");
    for (int page = 0; page < 2; page++) {
        AUTO_ANSWER struct test_http_answer answer = test_webapp_get(&webapp, "/post/1");
        assert_int_equal(answer.status, 200);
    }
    AUTO_ANSWER struct test_http_answer live = test_webapp_get(&webapp, "/livez");
    assert_int_equal(live.status, 200);
    struct test_http_pending *pending[3];
    char urls[3][TEST_URL_SIZE];
    for (size_t i = 0; i < 3; i++) {
        const struct test_http_request request = {.url = test_webapp_url(&webapp, paths[i], urls[i]), .timeout = 1};
        pending[i] = test_http_begin(&request);
        sleep_seconds(0.1);
    }
    for (size_t i = 0; i < 3; i++) {
        AUTO_ANSWER struct test_http_answer answer = {.status = 0};
        test_http_finish(pending[i], &answer);
        assert_int_equal(answer.status, 0);
    }
    test_child_signal(webapp.child, SIGTERM);
    assert_int_equal(test_child_wait(webapp.child, 10), EXIT_ABRUPT);
}

static void drain_serves_old_and_new_requests(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-wait", "1500ms", "--term", "drain", "--drain", "3s");
    char url[TEST_URL_SIZE];
    struct test_http_answer old_answer;
    AUTO_ANSWER struct test_http_answer before = test_webapp_get(&webapp, "/livez");
    assert_false(announces_close(&before));
    struct test_http_pending *old = begin_get(&webapp, "/post/1", url);
    await_in_flight(&webapp, 1);
    test_child_signal(webapp.child, SIGTERM);
    sleep_seconds(0.1);
    test_child_signal(webapp.child, SIGTERM);
    AUTO_ANSWER struct test_http_answer ready = test_webapp_get(&webapp, "/readyz");
    assert_int_equal(ready.status, 503);
    AUTO_ANSWER struct test_http_answer new_answer = test_webapp_get(&webapp, "/post/2");
    assert_int_equal(new_answer.status, 200);
    assert_true(announces_close(&new_answer));
    test_http_finish(old, &old_answer);
    assert_int_equal(old_answer.status, 200);
    assert_true(announces_close(&old_answer));
    test_http_release(&old_answer);
    assert_int_equal(test_child_wait(webapp.child, 10), 0);
    assert_true(refuses_connections(&webapp));
}

static void drain_finishes_what_came_last(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-wait", "3s", "--drain", "1s");
    char url[TEST_URL_SIZE];
    AUTO_ANSWER struct test_http_answer answer = {.status = 0};
    test_child_signal(webapp.child, SIGTERM);
    sleep_seconds(0.1);
    struct test_http_pending *pending = begin_get(&webapp, "/post/1", url);
    await_refusal(&webapp);
    assert_int_equal(test_child_wait(webapp.child, 0), TEST_CHILD_RUNNING);
    test_http_finish(pending, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(test_child_wait(webapp.child, 10), 0);
}

static void abrupt_resets_connections(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-wait", "20s", "--term", "abrupt");
    char url[TEST_URL_SIZE];
    char text[1024];
    AUTO_ANSWER struct test_http_answer answer = {.status = 0};
    AUTO_CLOSE int idle = test_tcp_connect(webapp.address, TEST_WEBAPP_PORT, 5);
    AUTO_CLOSE int waiting = test_tcp_connect(webapp.address, TEST_WEBAPP_PORT, 5);
    assert_int_equal(test_tcp_send(waiting, POST_1), 0);
    struct test_http_pending *pending = begin_get(&webapp, "/post/1", url);
    await_in_flight(&webapp, 2);
    test_child_signal(webapp.child, SIGTERM);
    assert_int_equal(test_child_wait(webapp.child, 10), EXIT_ABRUPT);
    assert_int_equal(test_tcp_receive(waiting, text, sizeof text, 5), -1);
    assert_string_equal(text, "");
    assert_int_equal(test_tcp_receive(idle, text, sizeof text, 5), -1);
    test_http_finish(pending, &answer);
    assert_int_equal(answer.result, CURLE_RECV_ERROR);
    assert_int_equal(answer.status, 0);
    assert_true(refuses_connections(&webapp));
}

static void close_listener_refuses_and_finishes(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--request-wait", "2s", "--term", "close-listener");
    char url[TEST_URL_SIZE];
    AUTO_ANSWER struct test_http_answer answer = {.status = 0};
    struct test_http_pending *pending = begin_get(&webapp, "/post/1", url);
    await_in_flight(&webapp, 1);
    test_child_signal(webapp.child, SIGTERM);
    await_refusal(&webapp);
    assert_int_equal(test_child_wait(webapp.child, 0), TEST_CHILD_RUNNING);
    test_http_finish(pending, &answer);
    assert_int_equal(answer.status, 200);
    assert_true(announces_close(&answer));
    assert_int_equal(test_child_wait(webapp.child, 10), 0);
}

/* Kept connections on which nothing is asked do not keep the pod. */
static void idle_connections_do_not_delay_the_end(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--term", "close-listener", "--finish", "60s");
    char text[4096];
    AUTO_CLOSE int silent = test_tcp_connect(webapp.address, TEST_WEBAPP_PORT, 5);
    AUTO_CLOSE int kept = test_tcp_connect(webapp.address, TEST_WEBAPP_PORT, 5);
    assert_int_equal(test_tcp_send(kept, POST_1), 0);
    assert_true(test_tcp_receive(kept, text, sizeof text, 0.5) > 0);
    test_child_signal(webapp.child, SIGTERM);
    assert_int_equal(test_child_wait(webapp.child, 10), 0);
    assert_true(test_tcp_receive(silent, text, sizeof text, 5) <= 0);
}

static void finishing_has_a_deadline(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp =
        test_webapp_run("--request-wait", "60s", "--term", "close-listener", "--finish", "300ms");
    char url[TEST_URL_SIZE];
    AUTO_ANSWER struct test_http_answer answer = {.status = 0};
    struct test_http_pending *pending = begin_get(&webapp, "/post/1", url);
    await_in_flight(&webapp, 1);
    test_child_signal(webapp.child, SIGTERM);
    assert_int_equal(test_child_wait(webapp.child, 10), 1);
    test_http_finish(pending, &answer);
    assert_int_not_equal(answer.result, 0);
}

/* CPU limits stop and continue the process, which interrupts some system calls. */
static void stopping_and_continuing_changes_nothing(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp =
        test_webapp_run("--boot", "1s", "--request-wait", "1s", "--term", "drain", "--drain", "1s");
    char url[TEST_URL_SIZE];
    AUTO_ANSWER struct test_http_answer answer = {.status = 0};
    struct test_http_pending *pending = begin_get(&webapp, "/post/1", url);
    int status = TEST_CHILD_RUNNING;
    for (int i = 0; i < 400 && status == TEST_CHILD_RUNNING; i++) {
        test_child_signal(webapp.child, SIGSTOP);
        sleep_seconds(0.01);
        test_child_signal(webapp.child, SIGCONT);
        if (i == 150)
            test_child_signal(webapp.child, SIGTERM);
        status = test_child_wait(webapp.child, 0.01);
    }
    test_http_finish(pending, &answer);
    assert_int_equal(answer.status, 200);
    assert_true(test_http_header_number(&answer, "X-Pod-Age") >= 2);
    assert_int_equal(test_child_wait(webapp.child, 10), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hang_answers_when_booted),
        cmocka_unit_test(refuse_listens_when_booted),
        cmocka_unit_test(unavailable_answers_503_until_booted),
        cmocka_unit_test(booting_may_use_cpu),
        cmocka_unit_test(sigterm_ends_a_pod_that_boots),
        cmocka_unit_test(hangs_after_its_pages),
        cmocka_unit_test(drain_serves_old_and_new_requests),
        cmocka_unit_test(drain_finishes_what_came_last),
        cmocka_unit_test(abrupt_resets_connections),
        cmocka_unit_test(close_listener_refuses_and_finishes),
        cmocka_unit_test(idle_connections_do_not_delay_the_end),
        cmocka_unit_test(finishing_has_a_deadline),
        cmocka_unit_test(stopping_and_continuing_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The load engine on ways that are not straight: redirects that it follows, and proxies that the environment names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/proxy.h"
#include "tests/unit/driver/load/results.h"

#define SECOND NANOSECONDS_PER_SECOND
#define REQUESTS 10

/* What a server that redirects saw at the end of the way. */
struct way {
    int status;
    int steps; /* until the end; below 0: never */
    char method[16], body[16];
    atomic_int ends;
};

static void redirect(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct way *way = context;
    int step = 0;
    if (sscanf(request->path, "/%d", &step) == 1 && step == way->steps) {
        (void)snprintf(way->method, sizeof way->method, "%s", request->method);
        (void)snprintf(way->body, sizeof way->body, "%s", request->body);
        (void)atomic_fetch_add(&way->ends, 1);
        fake_answer(connection, 200, "text/plain", "X-Pod-Name: end\r\n", "arrived");
        return;
    }
    char location[64];
    (void)snprintf(location, sizeof location, "Location: /%d\r\nX-Pod-Name: way\r\n", step + 1);
    fake_answer(connection, way->status, "text/plain", location, "go on");
}

static struct results *run(struct way *way, int redirects, const char *method, const char *body)
{
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(redirect, way);
    struct load_spec spec = results_spec(fake_server_port(server), "/0", 1, 600 * SECOND);
    spec.executor = EXECUTOR_SHARED_ITERATIONS;
    spec.iterations = REQUESTS;
    spec.redirects = redirects;
    free(spec.method);
    spec.method = memory_copy_text(method);
    spec.body = memory_copy_text(body);
    spec.body_length = body != NULL ? strlen(body) : 0;
    results_run(&spec, results);
    results_assert_complete(results, REQUESTS);
    fake_server_stop(server);
    load_spec_release(&spec);
    return results;
}

static void test_redirects_are_answers_unless_told(void **state)
{
    (void)state;
    struct way way = {.status = 302, .steps = 1};
    struct results *results = run(&way, 0, "GET", NULL);
    assert_int_equal(results->outcomes[OUTCOME_OK], REQUESTS);
    assert_int_equal(results->rows[0].statuses[0].code, 302);
    assert_int_equal(way.ends, 0);
    results_release(results);
}

static void test_redirects_are_followed_to_the_end(void **state)
{
    (void)state;
    struct way way = {.status = 302, .steps = 3};
    struct results *results = run(&way, 3, "GET", NULL);
    assert_int_equal(results->outcomes[OUTCOME_OK], REQUESTS);
    assert_int_equal(way.ends, REQUESTS);
    for (size_t i = 0; i < results->row_count; i++) {
        assert_int_equal(results->rows[i].statuses[0].code, 200);
        assert_string_equal(results->rows[i].server, "end");
    }
    results_release(results);
}

/* As in k6: the answer is the last one that was asked for. */
static void test_too_many_redirects(void **state)
{
    (void)state;
    struct way way = {.status = 307, .steps = -1};
    struct results *results = run(&way, 2, "GET", NULL);
    assert_int_equal(results->outcomes[OUTCOME_OK], REQUESTS);
    assert_int_equal(results->rows[0].statuses[0].code, 307);
    results_release(results);
}

/* As in Go: GET after 301 to 303, with the body left behind; the same again after 307 and 308. */
static void test_what_is_asked_after_a_redirect(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *method, *asked;
    } rows[] = {{301, "POST", "GET"},  {302, "PUT", "GET"},     {303, "DELETE", "GET"},   {302, "HEAD", "HEAD"},
                {307, "POST", "POST"}, {308, "PATCH", "PATCH"}, {307, "DELETE", "DELETE"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct way way = {.status = rows[i].status, .steps = 2};
        const char *body = strcmp(rows[i].method, "HEAD") == 0 ? NULL : "a=1";
        struct results *results = run(&way, 10, rows[i].method, body);
        assert_int_equal(results->outcomes[OUTCOME_OK], strcmp(rows[i].method, "HEAD") == 0 ? results->sent : REQUESTS);
        assert_int_equal(way.ends, REQUESTS);
        if (strcmp(way.method, rows[i].asked) != 0)
            fail_msg("%d: %s became %s", rows[i].status, rows[i].method, way.method);
        assert_string_equal(way.body, rows[i].status < 304 || body == NULL ? "" : body);
        results_release(results);
    }
}

static void reset_after_a_redirect(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)context;
    if (strcmp(request->path, "/0") == 0)
        fake_answer(connection, 302, "text/plain", "Location: /1\r\n", "");
    else
        fake_reset(connection);
}

/* A way that breaks off has the outcome of its last step, and nothing is tried again. */
static void test_a_way_that_breaks_off(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(reset_after_a_redirect, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/0", 1, 600 * SECOND);
    spec.executor = EXECUTOR_SHARED_ITERATIONS;
    spec.iterations = REQUESTS;
    spec.redirects = 5;
    results_run(&spec, results);
    results_assert_complete(results, REQUESTS);
    assert_int_equal(results->outcomes[OUTCOME_RESET], REQUESTS);
    assert_int_equal(fake_server_requests(server), 2 * REQUESTS);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void set_environment(const char *http, const char *https, const char *none)
{
    static const char *const names[] = {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unsetenv(names[i]);
    (void)setenv("HTTP_PROXY", http, 1);
    (void)setenv("https_proxy", https, 1);
    (void)setenv("NO_PROXY", none, 1);
}

static int clear_environment(void **state)
{
    (void)state;
    set_environment("", "", "");
    return 0;
}

static void test_which_proxy(void **state)
{
    (void)state;
    static const struct {
        const char *url, *none, *proxy;
    } rows[] = {
        {"http://shop.test/", "", "http://one:1"},
        {"https://shop.test/", "", "http://two:2"},
        {"http://localhost:8080/", "", NULL},
        {"http://127.1.2.3/", "", NULL},
        {"http://shop.test/", "*", NULL},
        {"http://shop.test/", "other.test, SHOP.test", NULL},
        {"http://eu.shop.test/", "shop.test", NULL},
        {"http://eu.shop.test/", ".shop.test", NULL},
        {"http://shop.test/", ".shop.test", "http://one:1"},
        {"http://workshop.test/", "shop.test", "http://one:1"},
        {"http://shop.test:8080/", "shop.test:80", "http://one:1"},
        {"http://shop.test:8080/", "shop.test:8080", NULL},
        {"http://10.1.2.3/", "10.0.0.0/8", NULL},
        {"http://11.1.2.3/", "10.0.0.0/8,10.0.0.0/99,/,:,10.0.0.0/x", "http://one:1"},
        {"http://11.1.2.3/", "0.0.0.0/0", NULL},
        {"http://10.1.2.3/", "10.1.2.3", NULL},
        {"http://shop.test/", "10.0.0.0/8", "http://one:1"},
    };
    set_environment("http://one:1", "http://two:2", "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct url_template url;
        (void)setenv("NO_PROXY", rows[i].none, 1);
        assert_int_equal(url_template_parse(rows[i].url, NULL, &url, NULL), 0);
        AUTO_FREE char *proxy = proxy_of_environment(&url);
        if (rows[i].proxy == NULL ? proxy != NULL : proxy == NULL || strcmp(proxy, rows[i].proxy) != 0)
            fail_msg("%s, not %s: %s", rows[i].url, rows[i].none, proxy != NULL ? proxy : "none");
        url_template_release(&url);
    }
}

/* A proxy: what is asked of it, and with whose password. */
static void answer_as_proxy(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    atomic_int *right = context;
    bool plain = strcmp(request->path, "http://shop.test/cart") == 0 &&
                 strstr(request->headers, "Proxy-Authorization: Basic YTpi\r\n") != NULL;
    bool tunnel = strcmp(request->method, "CONNECT") == 0 && strcmp(request->path, "shop.test:443") == 0;
    (void)atomic_fetch_add(right, plain || tunnel ? 1 : 0);
    fake_answer(connection, tunnel ? 403 : 200, "text/plain", "", "x");
}

static void test_requests_go_through_the_proxy(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://shop.test/cart", "https://shop.test/cart"};
    static const enum load_outcome outcomes[] = {OUTCOME_OK, OUTCOME_REFUSED}; /* a tunnel that is not given */
    for (size_t i = 0; i < 2; i++) {
        atomic_int right = 0;
        struct results *results = memory_allocate(1, sizeof *results);
        struct fake_server *server = fake_server_start(answer_as_proxy, &right);
        struct load_spec spec = results_spec(0, "/", 20, SECOND / 2);
        free(spec.url);
        spec.url = memory_copy_text(urls[i]);
        AUTO_FREE char *proxy = memory_format("http://a:b@127.0.0.1:%d", fake_server_port(server));
        set_environment(proxy, proxy, "");
        results_run(&spec, results);
        results_assert_complete(results, REQUESTS);
        assert_int_equal(results->outcomes[outcomes[i]], REQUESTS);
        assert_int_equal(right, REQUESTS);
        fake_server_stop(server);
        load_spec_release(&spec);
        results_release(results);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_redirects_are_answers_unless_told),
        cmocka_unit_test(test_redirects_are_followed_to_the_end),
        cmocka_unit_test(test_too_many_redirects),
        cmocka_unit_test(test_what_is_asked_after_a_redirect),
        cmocka_unit_test(test_a_way_that_breaks_off),
        cmocka_unit_test_teardown(test_which_proxy, clear_environment),
        cmocka_unit_test_teardown(test_requests_go_through_the_proxy, clear_environment),
    };
    return cmocka_run_group_tests_name("engine, redirects and proxies", tests, NULL, NULL);
}

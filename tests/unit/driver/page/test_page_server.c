#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "driver/page/page_server.h"
#include "tests/support/http.h"

#define LOOPBACK ((struct listen_address){.address = "127.0.0.1"})
#define LARGE ((size_t)3 * 1024 * 1024)

static struct page_server *start(void)
{
    struct error error = ERROR_NONE;
    const struct listen_address listen = LOOPBACK;
    struct page_server *server = page_server_start(&listen, &error);
    if (server == NULL)
        fail_msg("%s", error.text);
    return server;
}

static char *url_of(const struct page_server *server, const char *path)
{
    return memory_format("http://127.0.0.1:%u%s", page_server_port(server), path);
}

static void ask(const struct page_server *server, const char *method, const char *path, struct test_http_answer *answer)
{
    AUTO_FREE char *url = url_of(server, path);
    const struct test_http_request request = {.method = method, .url = url};
    test_http_send(&request, answer);
    assert_int_equal(answer->result, 0);
}

static void assert_page(const struct page_server *server, const char *html, size_t length)
{
    struct test_http_answer answer;
    char type[100];
    ask(server, "GET", "/", &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.body.length, length);
    assert_true(length == 0 || memcmp(answer.body.data, html, length) == 0);
    assert_string_equal(test_http_header(&answer, "Content-Type", type, sizeof type), "text/html; charset=utf-8");
    test_http_release(&answer);
}

static void test_the_page_that_was_shown_last(void **state)
{
    struct page_server *server = start();
    (void)state;
    assert_page(server, "", 0);
    page_server_show(server, "<p>soon</p>", 11);
    assert_page(server, "<p>soon</p>", 11);
    char *large = memory_allocate(LARGE, 1);
    memset(large, 'x', LARGE);
    page_server_show(server, large, LARGE);
    assert_page(server, large, LARGE);
    free(large);
    page_server_stop(server);
}

static void test_nothing_else_is_there(void **state)
{
    static const struct {
        const char *method;
        const char *path;
        int status;
    } asked[] = {
        {"GET", "/report", 404},
        {"GET", "/%2e%2e/etc/passwd", 404},
        {"GET", "/../", 200} /* libcurl makes it "/" */,
        {"POST", "/", 405},
        {"DELETE", "/", 405},
        {"OPTIONS", "/", 405},
        {"GET", "/?a=b", 200},
    };
    struct page_server *server = start();
    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct test_http_answer answer;
        ask(server, asked[i].method, asked[i].path, &answer);
        if (answer.status != asked[i].status)
            fail_msg("%s %s: %d", asked[i].method, asked[i].path, answer.status);
        test_http_release(&answer);
    }
    page_server_stop(server);
}

static void test_a_body_is_not_read_for_ever(void **state)
{
    struct page_server *server = start();
    struct test_http_answer answer;
    AUTO_FREE char *url = url_of(server, "/");
    char *body = memory_allocate(LARGE, 1);
    (void)state;
    const struct test_http_request request = {.url = url, .body = body, .body_size = LARGE};
    test_http_send(&request, &answer);
    assert_int_equal(answer.status, 405);
    test_http_release(&answer);
    free(body);
    page_server_stop(server);
}

static void test_a_port_that_is_taken(void **state)
{
    struct page_server *server = start();
    struct error error = ERROR_NONE;
    struct listen_address listen = LOOPBACK;
    (void)state;
    listen.port = page_server_port(server);
    assert_null(page_server_start(&listen, &error));
    assert_non_null(strstr(error.text, "in use"));
    page_server_stop(server);
    page_server_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_page_that_was_shown_last),
        cmocka_unit_test(test_nothing_else_is_there),
        cmocka_unit_test(test_a_body_is_not_read_for_ever),
        cmocka_unit_test(test_a_port_that_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

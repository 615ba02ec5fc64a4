#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/listen_address.h"

static void assert_parsed(const char *text, const char *address, uint16_t port)
{
    struct error error = ERROR_NONE;
    struct listen_address listen = {0};
    assert_int_equal(listen_address_parse(text, &listen, &error), 0);
    assert_string_equal(listen.address, address);
    assert_int_equal(listen.port, port);
}

static void test_addresses(void **state)
{
    (void)state;
    assert_parsed("127.0.0.1:8000", "127.0.0.1", 8000);
    assert_parsed("0.0.0.0:0", "0.0.0.0", 0);
    assert_parsed("[::1]:65535", "::1", 65535);
    assert_parsed("[::]:1", "::", 1);
}

static void test_what_is_none(void **state)
{
    static const char *const wrong[] = {
        "",          ":",           "8000",          ":8000",          "localhost:8000", "127.0.0.1",    "127.0.0.1:",
        "1.2.3:80",  "1.2.3.4:-1",  "1.2.3.4:65536", "1.2.3.4:099999", "1.2.3.4: 80",    "1.2.3.4:0x50", "1.2.3.4:80 ",
        "::1:8000",  "[::1]",       "[::1:80",       "[1.2.3.4]:80",   "[]:80",          "[:80",         "[::1]x:80",
        "::1]:8000", "[fe80::%1]:1"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error error = ERROR_NONE;
        struct listen_address listen = {0};
        if (listen_address_parse(wrong[i], &listen, &error) == 0)
            fail_msg("\"%s\" was taken", wrong[i]);
        assert_non_null(strstr(error.text, "expected ADDRESS:PORT"));
    }
}

static void test_an_address_that_is_too_long(void **state)
{
    char text[300];
    struct error error = ERROR_NONE;
    struct listen_address listen = {0};
    (void)state;
    memset(text, '1', sizeof text);
    (void)snprintf(text + 200, sizeof text - 200, ":80");
    assert_int_equal(listen_address_parse(text, &listen, &error), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_an_address_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

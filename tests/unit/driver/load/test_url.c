#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "driver/load/url.h"

static void test_range_goes_round(void **state)
{
    (void)state;
    struct url_template url;
    char text[128];
    assert_int_equal(url_template_parse("http://webapp:8080/post/{1..3}?x=1", NULL, &url, NULL), 0);
    assert_string_equal(url.host, "webapp");
    assert_int_equal(url.port, 8080);
    assert_string_equal(url_template_expand(&url, &(struct template_values){.turn = 0}, text, sizeof text),
                        "http://webapp:8080/post/1?x=1");
    assert_string_equal(url_template_expand(&url, &(struct template_values){.turn = 5}, text, sizeof text),
                        "http://webapp:8080/post/3?x=1");
    assert_string_equal(url_template_expand(&url, &(struct template_values){.turn = 6}, text, sizeof text),
                        "http://webapp:8080/post/1?x=1");
    url_template_release(&url);
}

static void test_default_ports(void **state)
{
    (void)state;
    struct url_template url;
    assert_int_equal(url_template_parse("http://shop", NULL, &url, NULL), 0);
    assert_int_equal(url.port, 80);
    url_template_release(&url);
    assert_int_equal(url_template_parse("https://shop/x", NULL, &url, NULL), 0);
    assert_int_equal(url.port, 443);
    url_template_release(&url);
}

static void test_wrong_urls(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"ftp://x/", "http:// or https://"},
        {"http:///x", "expected a host name"},
        {"http://user@host/", "expected a host name"},
        {"http://h:0/", "expected a port"},
        {"http://h:99999/", "expected a port"},
        {"http://h:+80/", "expected a port"},
        {"http://h:/", "expected a port"},
        {"http://h:00000000000000000099999/", "expected a port"},
        {"http://h\"x/", "no URL"},
        {"", "http:// or https://"},
        {"http://{1..2}/", "expected a host name"},
        {"http://h/{1..}", "expected {1..10}"},
        {"http://h/{5..1}", "rising range"},
        {"http://h/{a..b}", "expected {1..10}"},
        {"http://h/{csv:user}", "the load has no data"},
        {"http://h/{random:3..1}", "rising range"},
        {"http://h/a b", "white space"},
        {"http://h/{1..99999999999999999999}", "rising range"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct url_template url;
        struct error error = ERROR_NONE;
        assert_int_equal(url_template_parse(rows[i][0], NULL, &url, &error), -1);
        if (strstr(error.text, rows[i][1]) == NULL)
            fail_msg("%s: \"%s\" does not say \"%s\"", rows[i][0], error.text, rows[i][1]);
    }
}

static void test_longest(void **state)
{
    (void)state;
    struct url_template url;
    struct error error = ERROR_NONE;
    char text[2100];
    memset(text, 'a', sizeof text);
    memcpy(text, "http://h/", strlen("http://h/"));
    text[2000] = '\0';
    assert_int_equal(url_template_parse(text, NULL, &url, &error), 0);
    url_template_release(&url);
    text[2000] = 'a';
    text[2001] = '\0';
    assert_int_equal(url_template_parse(text, NULL, &url, &error), -1);
    assert_string_equal(error.text, "the URL is longer than 2000 characters");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_range_goes_round),
        cmocka_unit_test(test_default_ports),
        cmocka_unit_test(test_wrong_urls),
        cmocka_unit_test(test_longest),
    };
    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}

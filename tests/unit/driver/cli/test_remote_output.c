/* What --out was given: a folder, Prometheus, or what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "driver/cli/remote_output.h"

#define URL "http://127.0.0.1:9090/api/v1/write"

static void test_folder_and_url(void **state)
{
    (void)state;
    const struct cli_list both = {.count = 2, .values = {"prometheus=" URL, "runs/a"}};
    const struct cli_list none = {.count = 0};
    const char *folder = "left over";
    const char *url = "left over";
    assert_int_equal(remote_output_read(&both, &folder, &url, NULL), 0);
    assert_string_equal(folder, "runs/a");
    assert_string_equal(url, URL);
    assert_int_equal(remote_output_read(&none, &folder, &url, NULL), 0);
    assert_null(folder);
    assert_null(url);
}

static void test_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        struct cli_list list;
        const char *problem;
    } rows[] = {
        {{.count = 2, .values = {"a", "b"}}, "--out: expected one folder"},
        {{.count = 2, .values = {"prometheus=" URL, "prometheus=" URL}}, "--out: expected one prometheus=URL"},
        {{.count = 1, .values = {"prometheus="}}, "--out prometheus=URL: expected an http:// or https:// URL"},
        {{.count = 1, .values = {"prometheus=ftp://127.0.0.1/"}}, "--out prometheus=URL: expected an http:// or https:// URL"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error error = ERROR_NONE;
        const char *folder;
        const char *url;
        assert_int_equal(remote_output_read(&rows[i].list, &folder, &url, &error), -1);
        if (strstr(error.text, rows[i].problem) == NULL)
            fail_msg("%s", error.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_folder_and_url), cmocka_unit_test(test_what_is_wrong)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

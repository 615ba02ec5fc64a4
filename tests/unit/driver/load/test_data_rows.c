/* CSV files: what is read, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "driver/load/data_rows.h"

static void test_rows(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbfid,\"na,me\"\r\n1,\"a \"\"quote\"\"\"\r\n\r\n2,\n,end";
    struct load_data data = {.order = ROWS_RANDOM};
    struct error error = ERROR_NONE;
    if (load_data_parse(text, strlen(text), &data, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(data.order, ROWS_RANDOM);
    assert_int_equal(data.column_count, 2);
    assert_int_equal(data.row_count, 3);
    assert_int_equal(load_data_column(&data, "na,me", 5), 1);
    assert_int_equal(load_data_column(&data, "na", 2), 2);
    static const char *const values[] = {"1", "a \"quote\"", "2", "", "", "end"};
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(data.values[i], values[i]);
    load_data_release(&data);
}

static void test_wrong_files(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "line 1: expected a name"},
        {"a\n", "expected a row"},
        {"a,\n1,2\n", "line 1: expected a name"},
        {"a,a\n1,2\n", "line 1: two columns"},
        {"a{b\n1\n", "without braces"},
        {"a,b\n1,2\n3\n", "line 3: there are fewer values"},
        {"a,b\n1,2,3\n", "line 2: there are more values"},
        {"a\n\"x\n", "line 2: a value goes over several lines"},
        {"a\n\"x", "line 2: a value's closing quote is missing"},
        {"a\n\"x\"y\n", "line 2: expected a comma"},
        {"a\n\xff\n", "UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct load_data data = {.row_count = 0};
        struct error error = ERROR_NONE;
        assert_int_equal(load_data_parse(rows[i][0], strlen(rows[i][0]), &data, &error), -1);
        if (strstr(error.text, rows[i][1]) == NULL)
            fail_msg("\"%s\": \"%s\" does not say \"%s\"", rows[i][0], error.text, rows[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_wrong_files)};
    return cmocka_run_group_tests_name("data rows", tests, NULL, NULL);
}

/* Quantities: a table of texts (tests/data/common/quantities.tsv), then arithmetic and limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/quantity.h"

#define COLUMNS 4

static struct quantity quantity(const char *text)
{
    struct quantity result;
    struct error error = ERROR_NONE;
    if (quantity_parse(text, &result, &error) < 0) {
        fail_msg("%s: %s", text, error.text);
    }
    return result;
}

static void split(char *line, char *columns[COLUMNS])
{
    line[strcspn(line, "\n")] = '\0';
    for (size_t i = 0; i < COLUMNS; i++) {
        columns[i] = line;
        line += strcspn(line, "\t");
        if (i + 1 < COLUMNS && *line == '\0') {
            fail_msg("row of %s is too short", columns[0]);
        }
        *line++ = '\0';
    }
}

static void check_rejected(const char *text, const char *part)
{
    struct quantity result;
    struct error error = ERROR_NONE;
    if (quantity_parse(text, &result, &error) == 0) {
        fail_msg("'%s' was accepted", text);
    }
    if (strstr(error.text, part) == NULL) {
        fail_msg("'%s': error is '%s', expected '%s' in it", text, error.text, part);
    }
    assert_int_equal(quantity_sign(result), 0);
}

static void check_accepted(char *columns[COLUMNS])
{
    char text[QUANTITY_TEXT_SIZE];
    struct quantity read = quantity(columns[0]);
    if (quantity_milli(read) != strtoll(columns[1], NULL, 10)) {
        fail_msg("'%s': milli is %lld", columns[0], (long long)quantity_milli(read));
    }
    if (quantity_value(read) != strtoll(columns[2], NULL, 10)) {
        fail_msg("'%s': value is %lld", columns[0], (long long)quantity_value(read));
    }
    if (strcmp(quantity_format(read, text), columns[3]) != 0) {
        fail_msg("'%s': printed as '%s', expected '%s'", columns[0], text, columns[3]);
    }
    assert_int_equal(quantity_compare(quantity(text), read), 0);
}

static void test_table(void **state)
{
    (void)state;
    char line[256];
    char *columns[COLUMNS];
    int rows = 0;
    FILE *file = fopen("tests/data/common/quantities.tsv", "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] == '#') {
            continue;
        }
        split(line, columns);
        if (strcmp(columns[1], "-") == 0) {
            check_rejected(columns[0], columns[2]);
        } else {
            check_accepted(columns);
        }
        rows++;
    }
    fclose(file);
    assert_true(rows > 70);
}

static void assert_prints(struct quantity value, const char *expected)
{
    char text[QUANTITY_TEXT_SIZE];
    assert_string_equal(quantity_format(value, text), expected);
}

static void test_from_numbers(void **state)
{
    (void)state;
    assert_prints(quantity_from_milli(771469653333, QUANTITY_BINARY_SI), "771469653333m");
    assert_prints(quantity_from_milli(1073741824000, QUANTITY_BINARY_SI), "1Gi");
    assert_prints(quantity_from_milli(1023000, QUANTITY_BINARY_SI), "1023");
    assert_prints(quantity_from_milli(250, QUANTITY_DECIMAL_SI), "250m");
    assert_prints(quantity_from_milli(2000000, QUANTITY_DECIMAL_SI), "2k");
    assert_prints(quantity_from_milli(INT64_MAX, QUANTITY_DECIMAL_SI), "9223372036854775807m");
    assert_prints(quantity_from_milli(INT64_MIN, QUANTITY_DECIMAL_SI), "-9223372036854775808m");
    assert_prints(quantity_from_value(0, QUANTITY_BINARY_SI), "0");
    assert_prints(quantity_from_value(-2048, QUANTITY_BINARY_SI), "-2Ki");
    assert_prints(quantity_from_value(3000, QUANTITY_DECIMAL_EXPONENT), "3e3");
    assert_true(quantity_double(quantity("250m")) > 0.2499 && quantity_double(quantity("250m")) < 0.2501);
}

static void test_compare(void **state)
{
    (void)state;
    assert_int_equal(quantity_compare(quantity("1000m"), quantity("1")), 0);
    assert_int_equal(quantity_compare(quantity("1Ki"), quantity("1k")), 1);
    assert_int_equal(quantity_compare(quantity("-1"), quantity("1n")), -1);
    assert_int_equal(quantity_sign(quantity("-1n")), -1);
    assert_int_equal(quantity_sign(quantity("1n")), 1);
    assert_int_equal(quantity_sign((struct quantity){0}), 0);
}

static void test_add(void **state)
{
    (void)state;
    assert_prints(quantity_add(quantity("1.5"), quantity("500m")), "2");
    assert_prints(quantity_add(quantity("1Gi"), quantity("1k")), "1073742824");
    assert_prints(quantity_add(quantity("0"), quantity("1Gi")), "1Gi");
}

static void test_limits_hold(void **state)
{
    (void)state;
    struct quantity most = quantity("1e60");
    struct quantity least = quantity("-1e60");
    assert_int_equal(quantity_compare(quantity_add(most, most), most), 0);
    assert_int_equal(quantity_compare(quantity_add(least, least), least), 0);
    assert_int_equal(quantity_sign(quantity_add(most, least)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table), cmocka_unit_test(test_from_numbers), cmocka_unit_test(test_compare),
        cmocka_unit_test(test_add),   cmocka_unit_test(test_limits_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

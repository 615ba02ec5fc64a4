/* Sets of completion indexes: read, grown, written, refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/api/index_set.h"
#include "common/memory.h"

static void check_text(const struct index_set *set, int32_t limit, const char *expected)
{
    AUTO_FREE char *text = index_set_text(set, limit);
    assert_string_equal(text, expected);
}

static void test_read_and_written(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "0", "1,3-5,7", "0,1", "0-99998", "2,3,5-9"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        AUTO_INDEX_SET struct index_set set = {0};
        assert_int_equal(index_set_parse(texts[i], 100000, &set, NULL), 0);
        check_text(&set, 100000, texts[i]);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"x", "cannot convert string to integer for index: \"x\""},
        {"1,", "cannot convert string to integer for index: \"\""},
        {"10", "too large index: \"10\""},
        {"1-2-3", "the fragment \"1-2-3\" violates the requirement that an index interval can have at most two parts separated "
                  "by '-'"},
        {"3,2", "non-increasing order, previous: 3, current: 2"},
        {"3-3", "non-increasing order, previous: 3, current: 3"},
        {"1-4,4", "non-increasing order, previous: 4, current: 4"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error error = ERROR_NONE;
        AUTO_INDEX_SET struct index_set set = {0};
        assert_int_equal(index_set_parse(rows[i][0], 10, &set, &error), -1);
        assert_string_equal(error.text, rows[i][1]);
        assert_int_equal(set.count, 0);
    }
}

/* In any order, against a plain array. */
static void test_added(void **state)
{
    (void)state;
    bool present[64] = {false};
    AUTO_INDEX_SET struct index_set set = {0};
    for (int32_t i = 0; i < 200; i++) {
        int32_t index = (i * 37 + i * i) % 64;
        index_set_add(&set, index);
        present[index] = true;
        int64_t size = 0;
        for (int32_t j = 0; j < 64; j++) {
            assert_int_equal(index_set_contains(&set, j), present[j]);
            size += present[j] && j < 40;
        }
        assert_int_equal(index_set_size(&set, 40), size);
    }
}

static void test_limit(void **state)
{
    (void)state;
    AUTO_INDEX_SET struct index_set set = {0};
    assert_int_equal(index_set_parse("1,3-6", 100, &set, NULL), 0);
    check_text(&set, 5, "1,3,4");
    assert_int_equal(index_set_size(&set, 5), 3);
}

static void test_common(void **state)
{
    (void)state;
    static const struct {
        const char *left, *right;
        int64_t size;
    } rows[] = {
        {"", "0-5", 0}, {"0-5", "0-5", 6}, {"0,2,4-9", "1-5", 3}, {"0-1999999999", "3,7-9,1999999999", 5}, {"1,5", "2-4", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_INDEX_SET struct index_set left = {0};
        AUTO_INDEX_SET struct index_set right = {0};
        assert_int_equal(index_set_parse(rows[i].left, INT32_MAX, &left, NULL), 0);
        assert_int_equal(index_set_parse(rows[i].right, INT32_MAX, &right, NULL), 0);
        assert_int_equal(index_set_common(&left, &right), rows[i].size);
        assert_int_equal(index_set_common(&right, &left), rows[i].size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_and_written),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_added),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_common),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

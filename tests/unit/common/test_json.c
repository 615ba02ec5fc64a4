#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/json.h"

static cJSON *parse(const char *text)
{
    struct error error = ERROR_NONE;
    cJSON *tree = json_parse(text, strlen(text), &error);
    if (tree == NULL)
        fail_msg("%s: %s", text, error.text);
    return tree;
}

static void assert_prints(const cJSON *tree, const char *expected)
{
    AUTO_FREE char *text = json_print(tree);
    assert_string_equal(text, expected);
}

/* target, patch, result: the table of RFC 7386's appendix A. */
static const char *const merges[][3] = {
    {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
    {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
    {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
    {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
    {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
    {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
    {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
    {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
    {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
    {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
    {"{\"a\":\"foo\"}", "null", "null"},
    {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
    {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
    {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
    {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
};

static void test_merge_patch(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof merges / sizeof merges[0]; i++) {
        AUTO_JSON cJSON *patch = parse(merges[i][1]);
        AUTO_JSON cJSON *result = json_merge_patch(parse(merges[i][0]), patch);
        AUTO_JSON cJSON *expected = parse(merges[i][2]);
        if (!json_equal(result, expected)) {
            AUTO_FREE char *text = json_print(result);
            fail_msg("%s patched by %s is %s, not %s", merges[i][0], merges[i][1], text, merges[i][2]);
        }
    }
    AUTO_JSON cJSON *patch = parse("{\"a\":{\"b\":1}}");
    AUTO_JSON cJSON *from_nothing = json_merge_patch(NULL, patch);
    assert_prints(from_nothing, "{\"a\":{\"b\":1}}");
}

static void test_what_is_no_json(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    " ",      "{",      "}",           "[1,]", "{\"a\"}", "{\"a\":1,}",
                                        "nul", "\"open", "1 2",    "{} x",        "'a'",  "[1 2]",   "\"\\x\"",
                                        "tru", "-",      "{a: 1}", "\"\\ud800\"", "[1]]", "// c\n1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct error error = ERROR_NONE;
        cJSON *tree = json_parse(texts[i], strlen(texts[i]), &error);
        if (tree != NULL)
            fail_msg("\"%s\" was read", texts[i]);
        assert_non_null(strstr(error.text, "not JSON"));
    }
}

static void test_length_is_respected(void **state)
{
    (void)state;
    AUTO_JSON cJSON *tree = json_parse("12345", 3, NULL);
    assert_int_equal(json_integer(tree, 0), 123);
    assert_null(json_parse("{}\0{}", 5, NULL));
    AUTO_JSON cJSON *padded = json_parse(" \t\r\n{} \n", 8, NULL);
    assert_non_null(padded);
}

static void test_depth(void **state)
{
    (void)state;
    char text[2 * (JSON_MAXIMUM_DEPTH + 1)];
    memset(text, '[', sizeof text / 2);
    memset(text + sizeof text / 2, ']', sizeof text / 2);
    struct error error = ERROR_NONE;
    assert_null(json_parse(text, sizeof text, &error));
    assert_string_equal(error.text, "JSON is nested deeper than 200 levels");
    AUTO_JSON cJSON *deepest = json_parse(text + 1, sizeof text - 2, NULL);
    assert_non_null(deepest);
    /* Brackets in texts do not count. */
    memset(text, '[', sizeof text);
    text[0] = '"';
    text[sizeof text - 1] = '"';
    AUTO_JSON cJSON *in_text = json_parse(text, sizeof text, NULL);
    assert_non_null(in_text);
}

static void test_reading(void **state)
{
    (void)state;
    AUTO_JSON cJSON *tree = parse("{\"a\":{\"b\":\"x\",\"n\":-1.9,\"big\":1e300,\"small\":-1e300,\"t\":true,\"z\":null}}");
    assert_string_equal(json_text(json_get(tree, "a", "b"), "f"), "x");
    assert_string_equal(json_text(json_get(tree, "a", "n"), "f"), "f");
    assert_string_equal(json_text(json_get(tree, "b", "a"), "f"), "f");
    assert_int_equal(json_integer(json_get(tree, "a", "n"), 5), -1);
    assert_true(json_integer(json_get(tree, "a", "big"), 5) == INT64_MAX);
    assert_true(json_integer(json_get(tree, "a", "small"), 5) == INT64_MIN);
    assert_int_equal(json_integer(json_get(tree, "a", "z"), 5), 5);
    assert_int_equal(json_integer(NULL, 5), 5);
    assert_true(json_boolean(json_get(tree, "a", "t"), false));
    assert_true(json_boolean(json_get(tree, "a", "b"), true));
    assert_null(json_get(tree, "a", "b", "c"));
    assert_null(json_get(tree, "A"));
}

static void test_shaping(void **state)
{
    (void)state;
    AUTO_JSON cJSON *tree = parse("{\"a\":1,\"o\":[]}");
    json_set_text(tree, "a", "two");
    json_set_integer(tree, "i", 9007199254740993);
    json_set_boolean(tree, "t", true);
    json_set_text(json_object_at(tree, "o"), "k", "v");
    (void)cJSON_AddItemToArray(json_array_at(tree, "l"), cJSON_CreateNumber(1));
    assert_ptr_equal(json_object_at(tree, "o"), json_object_at(tree, "o"));
    json_remove(tree, "i");
    json_remove(tree, "nothing");
    assert_prints(tree, "{\"a\":\"two\",\"o\":{\"k\":\"v\"},\"t\":true,\"l\":[1]}");
    AUTO_JSON cJSON *copy = json_copy(tree);
    assert_true(json_equal(tree, copy));
    json_remove(copy, "t");
    assert_false(json_equal(tree, copy));
    assert_null(json_copy(NULL));
}

static const char *const pairs[][2] = {
    {"{\"a\":1,\"b\":[1,{}]}", "{\"b\":[1,{}],\"a\":1}"}, {"[]", "[]"}, {"null", "null"}, {"1", "1.0"}, {"\"\\u0041\"", "\"A\""},
};
static const char *const others[][2] = {
    {"[1,2]", "[2,1]"}, {"{}", "[]"},      {"{\"a\":1}", "{\"b\":1}"}, {"{\"a\":1}", "{\"A\":1}"},     {"[1]", "[1,1]"},
    {"0", "\"0\""},     {"true", "false"}, {"null", "false"},          {"{\"a\":{}}", "{\"a\":null}"},
};

static void test_equality(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        AUTO_JSON cJSON *left = parse(pairs[i][0]);
        AUTO_JSON cJSON *right = parse(pairs[i][1]);
        assert_true(json_equal(left, right));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        AUTO_JSON cJSON *left = parse(others[i][0]);
        AUTO_JSON cJSON *right = parse(others[i][1]);
        assert_false(json_equal(left, right));
    }
    AUTO_JSON cJSON *tree = parse("1");
    assert_true(json_equal(NULL, NULL));
    assert_false(json_equal(tree, NULL));
}

static void assert_refused(const char *text, const char *why)
{
    struct error error = ERROR_NONE;
    assert_null(json_parse(text, strlen(text), &error));
    assert_string_equal(error.text, why);
}

static void test_characters(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "[\"\xff\"]", "[\"\xc3\"]", "[\"\xc0\xaf\"]", "[\"\xed\xa0\x80\"]", "[\"\xf4\x90\x80\x80\"]", "[\"\x80\"]"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refused(wrong[i], "not JSON: no UTF-8 at byte 2");
    assert_refused("\xef\xbb", "not JSON: no UTF-8 at byte 0");
    assert_refused("{\"a\\u0000b\":1}", "JSON texts with the character \\u0000 are not taken (byte 3)");
    AUTO_JSON cJSON *object = cJSON_CreateObject();
    json_set_text(object, "a", "x\xff\xc3\xa4\xe2\x82");
    assert_prints(object, "{\"a\":\"x\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\"}");
    AUTO_JSON cJSON *good = parse("[\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \\\\u0000\"]");
    assert_string_equal(cJSON_GetArrayItem(good, 0)->valuestring, "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \\u0000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge_patch),     cmocka_unit_test(test_characters),
        cmocka_unit_test(test_what_is_no_json), cmocka_unit_test(test_length_is_respected),
        cmocka_unit_test(test_depth),           cmocka_unit_test(test_reading),
        cmocka_unit_test(test_shaping),         cmocka_unit_test(test_equality),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}

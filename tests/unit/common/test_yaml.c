#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "common/yaml.h"

static struct yaml_documents parse(const char *text)
{
    struct yaml_documents documents;
    struct error error = ERROR_NONE;
    if (yaml_parse("t.yaml", text, strlen(text), &documents, &error) < 0)
        fail_msg("%s", error.text);
    return documents;
}

static void test_nodes_know_where_they_stood(void **state)
{
    (void)state;
    AUTO_YAML struct yaml_documents documents = parse("a: 1\nb:\n  - x\n  - {c: \"q\"}\n");
    assert_int_equal(documents.count, 1);
    const struct yaml_node *root = documents.roots[0];
    assert_int_equal(root->kind, YAML_MAPPING);
    assert_int_equal(root->count, 2);
    const struct yaml_node *list = yaml_get(root, "b");
    assert_int_equal(list->kind, YAML_SEQUENCE);
    assert_int_equal(list->values[0]->line, 3);
    assert_int_equal(list->values[0]->column, 5);
    const struct yaml_node *quoted = yaml_get(list->values[1], "c");
    assert_string_equal(quoted->text, "q");
    assert_true(quoted->quoted);
    assert_int_equal(quoted->line, 4);
    assert_int_equal(quoted->column, 9);
    assert_false(yaml_get(root, "a")->quoted);
    assert_null(yaml_get(root, "c"));
    assert_null(yaml_get(list, "c"));
    assert_null(yaml_get(NULL, "c"));
}

static void test_documents(void **state)
{
    (void)state;
    AUTO_YAML struct yaml_documents documents = parse("---\n# nothing\n---\na: 1\n---\n---\n- b\n...\n");
    assert_int_equal(documents.count, 2);
    assert_string_equal(yaml_get(documents.roots[0], "a")->text, "1");
    assert_int_equal(documents.roots[1]->kind, YAML_SEQUENCE);
    AUTO_YAML struct yaml_documents none = parse("");
    assert_int_equal(none.count, 0);
}

struct json_row {
    const char *yaml, *json;
};

static void test_plain_scalars_become_what_kubernetes_reads(void **state)
{
    (void)state;
    static const struct json_row rows[] = {
        {"a", "\"a\""},
        {"1", "1"},
        {"-7", "-7"},
        {"1.5", "1.5"},
        {"1e3", "1000"},
        {"0", "0"},
        {"0644", "420"},
        {"0o644", "420"},
        {"0x1F", "31"},
        {"-0x10", "-16"},
        {"089", "89"},
        {"0x", "\"0x\""},
        {"0xg", "\"0xg\""},
        {"true", "true"},
        {"Yes", "true"},
        {"on", "true"},
        {"y", "true"},
        {"no", "false"},
        {"N", "false"},
        {"OFF", "false"},
        {"~", "null"},
        {"null", "null"},
        {"\"true\"", "\"true\""},
        {"'1'", "\"1\""},
        {"100m", "\"100m\""},
        {"1.2.3", "\"1.2.3\""},
        {"127.0.0.1", "\"127.0.0.1\""},
        {"-", "[null]"},
        {".", "\".\""},
        {"1e999", "\"1e999\""},
        {"e5", "\"e5\""},
        {"- 1\n- a\n", "[1,\"a\"]"},
        {"a: {b: [1, ~]}", "{\"a\":{\"b\":[1,null]}}"},
        {"a:", "{\"a\":null}"},
        {"1: x", "{\"1\":\"x\"}"},
        {"x: &a [1]\ny: *a", "{\"x\":[1],\"y\":[1]}"},
        {"|\n  two\n  lines\n", "\"two\\nlines\\n\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_YAML struct yaml_documents documents = parse(rows[i].yaml);
        assert_int_equal(documents.count, 1);
        AUTO_JSON cJSON *tree = yaml_to_json(documents.roots[0]);
        AUTO_FREE char *text = json_print(tree);
        if (strcmp(text, rows[i].json) != 0)
            fail_msg("%s: %s, not %s", rows[i].yaml, text, rows[i].json);
    }
}

static const char *const wrong[][2] = {
    {"a: 1\na: 2\n", "t.yaml:2:1: key \"a\" stands here a second time (first on line 1)"},
    {"x: {a: 1, b: 2, a: 3}", "t.yaml:1:17: key \"a\" stands here a second time (first on line 1)"},
    {"? {a: b}\n: c\n", "t.yaml:1:3: expected a plain key"},
    {"a: [1", "t.yaml:2:1: not YAML: did not find expected ',' or ']'"},
    {"a: *x", "t.yaml:1:4: not YAML: found undefined alias"},
    {"a: \"\\0\"", "t.yaml:1:4: a text may not hold a NUL"},
    {"ok: 1\nbad: \x80\n", "t.yaml:2:6: not YAML: invalid leading UTF-8 octet"},
    {"good: 1\n---\na: [}\n", "t.yaml:3:5: not YAML: did not find expected node content"},
};

static void test_mistakes_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct yaml_documents documents;
        struct error error = ERROR_NONE;
        assert_int_equal(yaml_parse("t.yaml", wrong[i][0], strlen(wrong[i][0]), &documents, &error), -1);
        assert_string_equal(error.text, wrong[i][1]);
        assert_int_equal(documents.count, 0);
        assert_null(documents.roots);
    }
}

static void test_depth_is_limited(void **state)
{
    (void)state;
    char text[3000];
    struct yaml_documents documents;
    struct error error = ERROR_NONE;
    memset(text, '[', 100);
    memset(text + 100, ']', 100);
    assert_int_equal(yaml_parse("t.yaml", text, 200, &documents, &error), 0);
    yaml_release(&documents);
    memset(text, '[', 1500);
    memset(text + 1500, ']', 1500);
    assert_int_equal(yaml_parse("t.yaml", text, 3000, &documents, &error), -1);
    assert_string_equal(error.text, "t.yaml:1:101: nested too deep");
}

/* libyaml alone would take minutes for these. */
static void test_open_brackets_cost_no_time(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    static const char *const starts[] = {"[", "{", "{a: [", "- ["};
    AUTO_FREE char *text = memory_allocate(SIZE, 1);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        size_t length = strlen(starts[i]);
        for (size_t at = 0; at + length < SIZE; at += length)
            memcpy(text + at, starts[i], length);
        struct yaml_documents documents;
        struct error error = ERROR_NONE;
        assert_int_equal(yaml_parse("t.yaml", text, SIZE - length, &documents, &error), -1);
        assert_non_null(strstr(error.text, "nested too deep"));
        assert_null(documents.roots);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes_know_where_they_stood),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_plain_scalars_become_what_kubernetes_reads),
        cmocka_unit_test(test_mistakes_are_named),
        cmocka_unit_test(test_depth_is_limited),
        cmocka_unit_test(test_open_brackets_cost_no_time),
    };
    return cmocka_run_group_tests_name("yaml", tests, NULL, NULL);
}

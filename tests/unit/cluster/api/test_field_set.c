/* Sets of fields: their form, and the laws of union, difference and intersection on made and recorded sets. */
#include "tests/unit/cluster/api/registry_fixture.h"

#include "cluster/api/field_difference.h"
#include "cluster/api/field_set.h"

#define ROUNDS 2000

static void assert_set(const cJSON *set, const char *expected)
{
    AUTO_FREE char *text = json_print(set);
    assert_string_equal(text, expected);
}

static void test_form(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{}", "{}"},
        {"{\"f:b\":{},\"f:a\":{}}", "{\"f:a\":{},\"f:b\":{}}"},
        {"{\"f:a\":{\"f:x\":{},\".\":{}}}", "{\"f:a\":{\".\":{},\"f:x\":{}}}"},
        {"{\"f:a\":{\".\":{}}}", "{\"f:a\":{}}"},
        {"{\"f:p\":{\"k:{\\\"port\\\":443}\":{},\"k:{\\\"port\\\":80}\":{}}}",
         "{\"f:p\":{\"k:{\\\"port\\\":80}\":{},\"k:{\\\"port\\\":443}\":{}}}"},
        {"{\"f:l\":{\"v:\\\"b\\\"\":{},\"v:\\\"a\\\"\":{},\"i:3\":{}}}",
         "{\"f:l\":{\"v:\\\"a\\\"\":{},\"v:\\\"b\\\"\":{},\"i:3\":{}}}"},
    };
    static const char *const wrong[] = {
        "[]",           "3",           "{\"f:a\":3}",  "{\"x:a\":{}}", "{\"f\":{}}", "{\"k:{}\":{}}",
        "{\"k:3\":{}}", "{\"v:\":{}}", "{\"i:x\":{}}", "{\"\":{}}"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_JSON cJSON *given = parse(rows[i][0]);
        AUTO_JSON cJSON *set = field_set_parse(given);
        assert_set(set, rows[i][1]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        AUTO_JSON cJSON *given = parse(wrong[i]);
        assert_null(field_set_parse(given));
    }
}

static void collect(const char *path, void *context)
{
    char *text = context;
    size_t length = strlen(text);
    snprintf(text + length, 512 - length, "%s ", path);
}

static void test_paths(void **state)
{
    (void)state;
    char text[512] = "";
    AUTO_JSON cJSON *set = parse("{\"f:spec\":{\"f:c\":{\"k:{\\\"containerPort\\\":80,\\\"protocol\\\":\\\"TCP\\\"}\":{\".\":{},"
                                 "\"f:name\":{}}},\"f:l\":{\"v:\\\"x\\\"\":{}}}}");
    field_set_visit(set, collect, text);
    assert_string_equal(text, ".spec.c[containerPort=80,protocol=\"TCP\"] .spec.c[containerPort=80,protocol=\"TCP\"].name "
                              ".spec.l[=\"x\"] ");
}

/* Numbers that are the same in every run. */
static unsigned next_number(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 16;
}

static cJSON *make_node(unsigned *seed, int depth)
{
    static const char *const steps[] = {"f:a", "f:b", "f:c", "k:{\"n\":1}", "k:{\"n\":20}", "k:{\"n\":3}", "v:\"x\"", "v:\"y\""};
    cJSON *node = cJSON_CreateObject();
    for (size_t i = 0; depth > 0 && i < sizeof steps / sizeof steps[0]; i++) {
        if (next_number(seed) % 3 == 0)
            cJSON_AddItemToObject(node, steps[i], make_node(seed, depth - 1));
    }
    if (next_number(seed) % 2 == 0)
        cJSON_AddItemToObject(node, ".", cJSON_CreateObject());
    return node;
}

static cJSON *make_set(unsigned *seed)
{
    AUTO_JSON cJSON *node = make_node(seed, 3);
    cJSON *set = field_set_parse(node);
    assert_non_null(set);
    return set;
}

static cJSON *united(const cJSON *left, const cJSON *right)
{
    cJSON *set = json_copy(left);
    field_set_add(set, right);
    return set;
}

static cJSON *without(const cJSON *left, const cJSON *right)
{
    cJSON *set = json_copy(left);
    field_set_remove(set, right);
    return set;
}

static void assert_same(const cJSON *left, const cJSON *right)
{
    AUTO_FREE char *left_text = json_print(left);
    AUTO_FREE char *right_text = json_print(right);
    assert_string_equal(left_text, right_text);
}

static void check_laws(const cJSON *a, const cJSON *b)
{
    AUTO_JSON cJSON *ab = united(a, b), *ba = united(b, a);
    AUTO_JSON cJSON *a_only = without(a, b), *b_only = without(b, a);
    AUTO_JSON cJSON *both = field_set_common(a, b), *both_again = field_set_common(b, a);
    AUTO_JSON cJSON *again = united(ab, b), *nothing = without(a, a);
    AUTO_JSON cJSON *rest = without(ab, b), *parts = united(a_only, both);
    AUTO_JSON cJSON *apart = field_set_common(a_only, b_only), *parsed = field_set_parse(ab);
    assert_same(ab, ba);
    assert_same(both, both_again);
    assert_same(again, ab);
    assert_true(field_set_is_empty(nothing));
    assert_same(rest, a_only);
    assert_same(parts, a);
    assert_true(field_set_is_empty(apart));
    assert_same(parsed, ab);
}

static void test_laws(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int i = 0; i < ROUNDS; i++) {
        AUTO_JSON cJSON *a = make_set(&seed), *b = make_set(&seed);
        check_laws(a, b);
    }
}

/* The managers of recorded objects: their sets are in our order already, and obey the laws too. */
static void test_recorded(void **state)
{
    (void)state;
    static const char *const files[] = {"pods-v1", "deployments-v1", "services", "nodes", "horizontalpodautoscalers-v2"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        AUTO_JSON cJSON *exchange = test_data_json("golden/lists/%s.json", files[i]);
        const cJSON *item = NULL, *entry = NULL;
        cJSON_ArrayForEach (item, json_get(exchange, "response", "body", "items")) {
            const cJSON *first = json_get(json_get(item, "metadata", "managedFields")->child, "fieldsV1");
            cJSON_ArrayForEach (entry, json_get(item, "metadata", "managedFields")) {
                AUTO_JSON cJSON *parsed = field_set_parse(json_get(entry, "fieldsV1"));
                assert_same(parsed, json_get(entry, "fieldsV1"));
                check_laws(first, parsed);
            }
        }
    }
}

/* A change and the change back touch the same fields. */
static void test_difference(void **state)
{
    (void)state;
    static const char before[] = "{\"metadata\":{\"labels\":{\"a\":\"1\"}},\"data\":{\"x\":\"1\",\"y\":\"1\"}}";
    static const char after[] = "{\"metadata\":{\"labels\":{\"a\":\"1\",\"b\":\"2\"}},\"data\":{\"x\":\"2\",\"z\":\"1\"}}";
    AUTO_JSON cJSON *old = parse(before), *new = parse(after);
    AUTO_DIFFERENCE struct field_difference there = {0}, back = {0};
    field_difference_of(schema_of(RESOURCE_CONFIGMAPS), old, new, &there);
    field_difference_of(schema_of(RESOURCE_CONFIGMAPS), new, old, &back);
    assert_set(there.changed, "{\"f:data\":{\"f:x\":{},\"f:z\":{}},\"f:metadata\":{\"f:labels\":{\"f:b\":{}}}}");
    assert_set(there.removed, "{\"f:data\":{\"f:y\":{}}}");
    AUTO_JSON cJSON *touched = united(there.changed, there.removed), *touched_back = united(back.changed, back.removed);
    assert_same(touched, touched_back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form),     cmocka_unit_test(test_paths),      cmocka_unit_test(test_laws),
        cmocka_unit_test(test_recorded), cmocka_unit_test(test_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

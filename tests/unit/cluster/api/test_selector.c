/* Label and field selectors: what they match and in which words they are refused. */
#include "tests/unit/cluster/api/registry_fixture.h"

#include "cluster/api/selector.h"

typedef struct selector *parse_selector(const char *text, struct status *status);

static void check_row(const cJSON *row, parse_selector *parse_text, const cJSON *object)
{
    AUTO_STATUS struct status status = {0};
    const char *text = json_text(json_get(row, "text"), "");
    const char *message = json_text(json_get(row, "message"), NULL);
    AUTO_SELECTOR struct selector *selector = parse_text(text, &status);
    if (message != NULL) {
        assert_null(selector);
        assert_int_equal(status.code, 400);
        assert_string_equal(status.reason, "BadRequest");
        assert_string_equal(status_message(&status), message);
        return;
    }
    if (selector == NULL)
        fail_msg("%s: %s", text, status_message(&status));
    if (selector_matches(selector, object) != json_boolean(json_get(row, "matches"), false))
        fail_msg("%s matches wrongly", text);
}

static void test_labels(void **state)
{
    (void)state;
    AUTO_JSON cJSON *rows = test_data_json("cluster/api/label-selectors.json");
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, rows) {
        AUTO_JSON cJSON *object = cJSON_CreateObject();
        json_set(json_object_at(object, "metadata"), "labels", json_copy(json_get(row, "labels")));
        check_row(row, selector_parse_labels, object);
    }
}

static void test_fields(void **state)
{
    (void)state;
    AUTO_JSON cJSON *rows = test_data_json("cluster/api/field-selectors.json");
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, rows)
        check_row(row, selector_parse_fields, json_get(row, "object"));
}

static void test_text(void **state)
{
    (void)state;
    static const struct {
        const char *selector;
        const char *text;
    } rows[] = {
        {"{\"matchLabels\":{\"b\":\"2\",\"a\":\"1\"}}", "a=1,b=2"},
        {"{\"matchExpressions\":[{\"key\":\"t\",\"operator\":\"In\",\"values\":[\"y\",\"x\"]}]}", "t in (x,y)"},
        {"{\"matchExpressions\":[{\"key\":\"t\",\"operator\":\"Exists\"},{\"key\":\"s\",\"operator\":\"DoesNotExist\"}]}",
         "!s,t"},
        {"{}", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_JSON cJSON *tree = parse(rows[i].selector);
        AUTO_SELECTOR struct selector *selector = selector_from_label_selector(tree);
        AUTO_FREE char *text = selector_to_text(selector);
        assert_string_equal(text, rows[i].text);
    }
}

/* A LabelSelector that is missing selects nothing, an empty one everything; a Service's map selects by all its labels. */
static void test_objects(void **state)
{
    (void)state;
    AUTO_JSON cJSON *object = parse("{\"metadata\":{\"labels\":{\"app\":\"web\",\"tier\":\"front\"}}}");
    AUTO_JSON cJSON *empty = cJSON_CreateObject();
    AUTO_JSON cJSON *map = parse("{\"app\":\"web\",\"tier\":\"back\"}");
    AUTO_SELECTOR struct selector *nothing = selector_from_label_selector(NULL);
    AUTO_SELECTOR struct selector *everything = selector_from_label_selector(empty);
    AUTO_SELECTOR struct selector *plain = selector_from_map(map);
    assert_false(selector_matches(nothing, object));
    assert_true(selector_matches(everything, object));
    assert_true(selector_matches(NULL, object));
    assert_false(selector_matches(plain, object));
    json_set_text(json_get(object, "metadata", "labels"), "tier", "back");
    assert_true(selector_matches(plain, object));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Merge, strategic merge and JSON patches, a row a case. */
#include "tests/unit/cluster/api/registry_fixture.h"

#include "cluster/api/registry_internal.h"

/* Strategic merges are shaped as Pods. */
static cJSON *apply_patch(const cJSON *row, struct status *status)
{
    const char *type = json_text(json_get(row, "type"), "");
    cJSON *base = json_copy(json_get(row, "base"));
    const cJSON *patch = json_get(row, "patch");
    if (strcmp(type, "merge") == 0)
        return json_merge_patch(base, patch);
    if (strcmp(type, "json") == 0)
        return patch_json(base, patch, status);
    return patch_strategic_merge(schema_of(RESOURCE_PODS), base, patch, status);
}

static void test_rows(void **state)
{
    (void)state;
    AUTO_JSON cJSON *rows = test_data_json("cluster/api/patches.json");
    const cJSON *row = NULL;
    cJSON_ArrayForEach (row, rows) {
        AUTO_STATUS struct status status = {0};
        const char *what = json_text(json_get(row, "what"), "");
        AUTO_JSON cJSON *result = apply_patch(row, &status);
        const cJSON *code = json_get(row, "code");
        if (code == NULL && result == NULL)
            fail_msg("%s: %s", what, status_message(&status));
        if (code == NULL)
            assert_json_equal(result, json_get(row, "result"), what);
        else if (result != NULL || status.code != json_integer(code, 0))
            fail_msg("%s: code %d", what, status.code);
    }
}

static struct object *patch_pod(struct fixture *fixture, enum patch_type type, const char *text, struct status *status)
{
    struct object *patched = NULL;
    AUTO_JSON cJSON *patch = parse(text);
    (void)registry_patch(fixture->registry, RESOURCE_PODS, "default", "web", SUBRESOURCE_NONE, type, patch, &patched, status);
    return patched;
}

static void test_through_the_registry(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    create_only(fixture, RESOURCE_PODS, "default", POD("web"));
    AUTO_OBJECT struct object *labelled =
        patch_pod(fixture, PATCH_STRATEGIC_MERGE, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}", &status);
    assert_non_null(labelled);
    assert_string_equal(json_text(json_get(object_tree(labelled), "metadata", "labels", "a"), ""), "b");
    assert_int_equal(integer_at(labelled, "metadata", "generation"), 1);
    AUTO_OBJECT struct object *image = patch_pod(fixture, PATCH_STRATEGIC_MERGE,
                                                 "{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"web:2\"}]}}", &status);
    assert_non_null(image);
    assert_int_equal(integer_at(image, "metadata", "generation"), 2);
    AUTO_OBJECT struct object *again = patch_pod(fixture, PATCH_MERGE, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}", &status);
    assert_int_equal(object_version(again), object_version(image));
}

static void test_version_in_a_patch(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    create_only(fixture, RESOURCE_PODS, "default", POD("web"));
    assert_null(patch_pod(fixture, PATCH_MERGE, "{\"metadata\":{\"resourceVersion\":\"1\",\"labels\":{\"a\":\"b\"}}}", &status));
    assert_int_equal(status.code, 409);
    assert_string_equal(status.reason, "Conflict");
}

static void test_wrong_shape(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    create_only(fixture, RESOURCE_PODS, "default", POD("web"));
    assert_null(patch_pod(fixture, PATCH_MERGE, "{\"spec\":{\"containers\":7}}", &status));
    assert_int_equal(status.code, 422);
    assert_string_equal(
        status_message(&status),
        "Pod \"\" is invalid: patch: Invalid value: \"{\\\"spec\\\":{\\\"containers\\\":7}}\": json: cannot unmarshal "
        "number into Go struct field PodSpec.spec.containers of type []v1.Container");
    assert_null(patch_pod(fixture, PATCH_JSON, "[{\"op\":\"replace\",\"path\":\"\",\"value\":5}]", &status));
    assert_int_equal(status.code, 422);
}

/* What a manager leaves out the next time goes away, unless somebody else has changed it. */
static void test_apply_again(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    static const char first[] =
        "{\"spec\":{\"replicas\":2,\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":"
        "{\"labels\":{\"app\":\"web\",\"x\":\"y\"}},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"w:1\"},"
        "{\"name\":\"side\",\"image\":\"s:1\"}]}}}}";
    static const char second[] =
        "{\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":"
        "{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"w:2\"}]}}}}";
    assert_int_equal(apply(fixture, RESOURCE_DEPLOYMENTS, "web", first, "lab", false, NULL, &status), 0);
    assert_int_equal(registry_update(fixture->registry, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_SCALE,
                                     parse("{\"spec\":{\"replicas\":5}}"), NULL, &status),
                     0);
    AUTO_OBJECT struct object *applied = NULL;
    assert_int_equal(apply(fixture, RESOURCE_DEPLOYMENTS, "web", second, "lab", false, &applied, &status), 0);
    assert_int_equal(integer_at(applied, "spec", "replicas"), 5);
    const cJSON *template = json_get(object_tree(applied), "spec", "template");
    assert_null(json_get(template, "metadata", "labels", "x"));
    assert_int_equal(cJSON_GetArraySize(json_get(template, "spec", "containers")), 1);
    assert_string_equal(json_text(json_get(json_get(template, "spec", "containers")->child, "image"), ""), "w:2");
    assert_string_equal(json_text(json_get(json_get(template, "spec", "containers")->child, "imagePullPolicy"), ""),
                        "IfNotPresent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test_setup_teardown(test_through_the_registry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_version_in_a_patch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_shape, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_apply_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Who owns which field: as recorded from a real cluster, through every way of writing. */
#include "tests/unit/cluster/api/registry_fixture.h"

#include "cluster/api/field_set.h"

#define WEB                                                                                                                      \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":2,"              \
    "\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},"                \
    "\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"w:1\",\"env\":[{\"name\":\"A\",\"value\":\"1\"}]}]}}}}"

static const cJSON *entry_of(const struct object *object, const char *manager, const char *operation)
{
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, json_get(object_tree(object), "metadata", "managedFields")) {
        if (strcmp(json_text(json_get(entry, "manager"), ""), manager) == 0 &&
            strcmp(json_text(json_get(entry, "operation"), ""), operation) == 0)
            return entry;
    }
    return NULL;
}

static void assert_owns(const struct object *object, const char *manager, const char *operation, const char *fields)
{
    const cJSON *entry = entry_of(object, manager, operation);
    AUTO_FREE char *text = entry != NULL ? json_print(json_get(entry, "fieldsV1")) : memory_copy_text("nothing");
    assert_string_equal(text, fields);
}

static struct object *patch(struct fixture *fixture, enum resource_id resource, const char *name, enum subresource subresource,
                            const char *text)
{
    AUTO_STATUS struct status status = {0};
    AUTO_JSON cJSON *tree = parse(text);
    struct object *patched = NULL;
    if (registry_patch(fixture->registry, resource, "default", name, subresource, PATCH_MERGE, tree, &patched, &status) < 0)
        fail_msg("%s", status_message(&status));
    return patched;
}

/* The manifest of a recorded object, created here by the same client, makes the same set, letter for letter. */
static void check_creation(struct fixture *fixture, const cJSON *stored, enum resource_id resource)
{
    static const char annotation[] = "kubectl.kubernetes.io/last-applied-configuration";
    const char *manifest = json_text(json_get(stored, "metadata", "annotations", annotation), NULL);
    const cJSON *entry = json_get(stored, "metadata", "managedFields")->child;
    while (entry != NULL && strcmp(json_text(json_get(entry, "manager"), ""), "kubectl-client-side-apply") != 0)
        entry = entry->next;
    if (manifest == NULL || entry == NULL)
        return;
    AUTO_JSON cJSON *tree = parse(manifest);
    json_set_text(json_object_at(json_object_at(tree, "metadata"), "annotations"), annotation, manifest);
    AUTO_FREE char *text = json_print(tree);
    writer_set("kubectl-client-side-apply", false);
    AUTO_OBJECT struct object *created = create(fixture, resource, "default", text);
    AUTO_JSON cJSON *expected = json_copy(json_get(entry, "fieldsV1"));
    if (resource == RESOURCE_DEPLOYMENTS) { /* it was scaled since */
        AUTO_JSON cJSON *replicas = parse("{\"f:spec\":{\"f:replicas\":{}}}");
        field_set_add(expected, replicas);
    }
    AUTO_FREE char *expected_text = json_print(expected);
    assert_owns(created, "kubectl-client-side-apply", "Update", expected_text);
    writer_forget();
}

static void test_recorded_creations(void **state)
{
    struct fixture *fixture = *state;
    static const char *const rows[][2] = {
        {"deployments-v1", "deployments"}, {"horizontalpodautoscalers-v2", "horizontalpodautoscalers"}, {"services", "services"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_JSON cJSON *exchange = test_data_json("golden/lists/%s.json", rows[i][0]);
        const cJSON *item = NULL;
        cJSON_ArrayForEach (item, json_get(exchange, "response", "body", "items"))
            check_creation(fixture, item, resource_named(rows[i][1]));
    }
}

static void test_conflict(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    assert_int_equal(apply(fixture, RESOURCE_DEPLOYMENTS, "web", WEB, "lab", false, NULL, &status), 0);
    object_release(patch(fixture, RESOURCE_DEPLOYMENTS, "web", SUBRESOURCE_SCALE, "{\"spec\":{\"replicas\":5}}"));
    assert_int_equal(apply(fixture, RESOURCE_DEPLOYMENTS, "web", WEB, "lab", false, NULL, &status), -1);
    assert_int_equal(status.code, 409);
    assert_string_equal(status.reason, "Conflict");
    assert_string_equal(status.message,
                        "Apply failed with 1 conflict: conflict with \"kube-controller-manager\" with subresource "
                        "\"scale\" using apps/v1: .spec.replicas");
    const cJSON *cause = json_get(status.details, "causes")->child;
    assert_string_equal(json_text(json_get(cause, "reason"), ""), "FieldManagerConflict");
    assert_string_equal(json_text(json_get(cause, "field"), ""), ".spec.replicas");
    AUTO_OBJECT struct object *forced = NULL;
    assert_int_equal(apply(fixture, RESOURCE_DEPLOYMENTS, "web", WEB, "lab", true, &forced, &status), 0);
    assert_int_equal(integer_at(forced, "spec", "replicas"), 2);
    assert_null(entry_of(forced, "kube-controller-manager", "Update"));
}

static void test_several_conflicts(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    static const char two[] = "{\"data\":{\"a\":\"1\",\"b\":\"1\"}}", other[] = "{\"data\":{\"a\":\"2\",\"b\":\"2\"}}";
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", two, "one", false, NULL, &status), 0);
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", other, "two", false, NULL, &status), -1);
    assert_string_equal(status.message, "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.a\n- .data.b");
    writer_set("before", false);
    object_release(patch(fixture, RESOURCE_CONFIGMAPS, "x", SUBRESOURCE_NONE, "{\"data\":{\"b\":\"3\"}}"));
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", other, "two", false, NULL, &status), -1);
    assert_string_equal(status.message,
                        "Apply failed with 2 conflicts: conflicts with \"before\" using v1:\n- .data.b\nconflicts "
                        "with \"one\":\n- .data.a");
}

/* Two managers of the same value share it; it goes when the last one lets go. */
static void test_shared(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    static const char both[] = "{\"data\":{\"a\":\"1\",\"b\":\"1\"}}", one[] = "{\"data\":{\"b\":\"1\"}}";
    AUTO_OBJECT struct object *first = NULL, *second = NULL, *third = NULL;
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", both, "one", false, NULL, &status), 0);
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", both, "two", false, &first, &status), 0);
    assert_owns(first, "two", "Apply", "{\"f:data\":{\"f:a\":{},\"f:b\":{}}}");
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", one, "one", false, &second, &status), 0);
    assert_string_equal(text_at(second, "data", "a"), "1");
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", one, "two", false, &third, &status), 0);
    assert_null(json_get(object_tree(third), "data", "a"));
    assert_string_equal(text_at(third, "data", "b"), "1");
}

/* What a manager lets go of goes with the objects that are empty then; what nobody owns beside it stays. */
static void test_let_go(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    static const char labelled[] =
        "{\"metadata\":{\"labels\":{\"a\":\"1\"},\"annotations\":{\"b\":\"1\"}},\"data\":{\"c\":\"1\"}}";
    AUTO_OBJECT struct object *first = NULL, *second = NULL, *last = NULL;
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", labelled, "one", false, &first, &status), 0);
    AUTO_OBJECT struct object *noted =
        patch(fixture, RESOURCE_CONFIGMAPS, "x", SUBRESOURCE_NONE, "{\"metadata\":{\"annotations\":{\"other\":\"1\"}}}");
    assert_non_null(noted);
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", "{\"data\":{\"c\":\"1\"}}", "one", false, &second, &status), 0);
    assert_string_equal(text_at(second, "metadata", "name"), "x");
    assert_null(json_get(object_tree(second), "metadata", "labels"));
    assert_null(json_get(object_tree(second), "metadata", "annotations", "b"));
    assert_string_equal(json_text(json_get(object_tree(second), "metadata", "annotations", "other"), ""), "1");
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", "{}", "one", false, &last, &status), 0);
    assert_null(json_get(object_tree(last), "data"));
    assert_string_equal(text_at(last, "metadata", "namespace"), "default");
}

/* Nothing new: the same version. Elements of lists go with their owner, and stay where another owns them. */
static void test_lists(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    static const char more[] =
        "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"env\":[{\"name\":\"B\",\"value\":\"2\"}]}]}}}}";
    static const char none[] = "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\"}]}}}}";
    AUTO_OBJECT struct object *first = NULL, *again = NULL, *with_more = NULL, *without = NULL;
    assert_int_equal(apply(fixture, RESOURCE_DEPLOYMENTS, "web", WEB, "lab", false, &first, &status), 0);
    assert_int_equal(apply(fixture, RESOURCE_DEPLOYMENTS, "web", WEB, "lab", false, &again, &status), 0);
    assert_int_equal(object_version(first), object_version(again));
    assert_int_equal(apply(fixture, RESOURCE_DEPLOYMENTS, "web", more, "two", false, &with_more, &status), 0);
    assert_owns(with_more, "two", "Apply",
                "{\"f:spec\":{\"f:template\":{\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"web\\\"}\":{\".\":{},\"f:env\":"
                "{\"k:{\\\"name\\\":\\\"B\\\"}\":{\".\":{},\"f:name\":{},\"f:value\":{}}},\"f:name\":{}}}}}}}");
    const cJSON *container = json_get(object_tree(with_more), "spec", "template", "spec", "containers")->child;
    assert_int_equal(cJSON_GetArraySize(json_get(container, "env")), 2);
    assert_int_equal(apply(fixture, RESOURCE_DEPLOYMENTS, "web", none, "two", false, &without, &status), 0);
    container = json_get(object_tree(without), "spec", "template", "spec", "containers")->child;
    assert_int_equal(cJSON_GetArraySize(json_get(container, "env")), 1);
    assert_string_equal(json_text(json_get(json_get(container, "env")->child, "name"), ""), "A");
    assert_string_equal(json_text(json_get(container, "image"), ""), "w:1");
}

static void test_refused(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    static const struct {
        const char *text;
        int code;
        const char *message;
    } rows[] = {
        {"{\"metadata\":{\"managedFields\":[]},\"data\":{\"a\":\"1\"}}", 400, "metadata.managedFields must be nil"},
        {"{\"dada\":{\"a\":\"1\"}}", 500,
         "failed to create typed patch object (default/x; v1, Kind=ConfigMap): .dada: field not declared in schema"},
        {"{\"metadata\":{\"finalizers\":[\"a/b\",\"a/b\"]}}", 500,
         "failed to create typed patch object (default/x; v1, Kind=ConfigMap): .metadata.finalizers: duplicate entries for key "
         "[=\"a/b\"]"},
        {"{\"metadata\":{\"name\":\"y\"}}", 400, "the name of the object (y) does not match the name on the URL (x)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", rows[i].text, "lab", false, NULL, &status), -1);
        assert_string_equal(status.message, rows[i].message);
        assert_int_equal(status.code, rows[i].code);
    }
}

/* Ownership can be given up as a whole, and handed over by writing managedFields. */
static void test_reset(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    create_only(fixture, RESOURCE_CONFIGMAPS, "default", "{\"metadata\":{\"name\":\"x\"},\"data\":{\"a\":\"1\"}}");
    AUTO_OBJECT struct object *given =
        patch(fixture, RESOURCE_CONFIGMAPS, "x", SUBRESOURCE_NONE,
              "{\"metadata\":{\"managedFields\":[{\"manager\":\"lab\",\"operation\":\"Apply\",\"apiVersion\":\"v1\","
              "\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:data\":{\"f:a\":{}}}}]}}");
    assert_owns(given, "lab", "Apply", "{\"f:data\":{\"f:a\":{}}}");
    AUTO_OBJECT struct object *bad = patch(fixture, RESOURCE_CONFIGMAPS, "x", SUBRESOURCE_NONE,
                                           "{\"metadata\":{\"managedFields\":[{\"manager\":\"lab\",\"operation\":\"No\"}]}}");
    assert_owns(bad, "lab", "Apply", "{\"f:data\":{\"f:a\":{}}}");
    AUTO_OBJECT struct object *reset =
        patch(fixture, RESOURCE_CONFIGMAPS, "x", SUBRESOURCE_NONE, "{\"metadata\":{\"managedFields\":[{}]}}");
    assert_null(json_get(object_tree(reset), "metadata", "managedFields"));
    AUTO_OBJECT struct object *applied = NULL;
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", "{\"data\":{\"b\":\"2\"}}", "lab", false, &applied, &status), 0);
    assert_owns(applied, "before-first-apply", "Update", "{\"f:data\":{\".\":{},\"f:a\":{}}}");
    assert_owns(applied, "lab", "Apply", "{\"f:data\":{\"f:b\":{}}}");
}

static void test_many_updaters(void **state)
{
    struct fixture *fixture = *state;
    create_only(fixture, RESOURCE_CONFIGMAPS, "default", "{\"metadata\":{\"name\":\"x\"}}");
    AUTO_STATUS struct status status = {0};
    assert_int_equal(apply(fixture, RESOURCE_CONFIGMAPS, "x", "{\"data\":{\"a\":\"1\"}}", "lab", false, NULL, &status), 0);
    for (int i = 0; i < 15; i++) {
        AUTO_FREE char *manager = memory_format("m%02d", i);
        AUTO_FREE char *text = memory_format("{\"data\":{\"k%02d\":\"1\"}}", i);
        writer_set(manager, false);
        object_release(patch(fixture, RESOURCE_CONFIGMAPS, "x", SUBRESOURCE_NONE, text));
    }
    writer_forget();
    AUTO_OBJECT struct object *present = get(fixture, RESOURCE_CONFIGMAPS, "default", "x");
    assert_int_equal(cJSON_GetArraySize(json_get(object_tree(present), "metadata", "managedFields")), 11);
    assert_non_null(entry_of(present, "ancient-changes", "Update"));
}

/* Everything happens but the storing. */
static void test_dry_run(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    writer_set("lab", true);
    AUTO_OBJECT struct object *tried = create(fixture, RESOURCE_CONFIGMAPS, "default", "{\"metadata\":{\"name\":\"x\"}}");
    assert_null(json_get(object_tree(tried), "metadata", "resourceVersion"));
    assert_null(get(fixture, RESOURCE_CONFIGMAPS, "default", "x"));
    writer_forget();
    AUTO_OBJECT struct object *real =
        create(fixture, RESOURCE_CONFIGMAPS, "default", "{\"metadata\":{\"name\":\"x\"},\"data\":{\"a\":\"1\"}}");
    writer_set("lab", true);
    AUTO_OBJECT struct object *changed = patch(fixture, RESOURCE_CONFIGMAPS, "x", SUBRESOURCE_NONE, "{\"data\":{\"a\":\"2\"}}");
    assert_string_equal(text_at(changed, "data", "a"), "2");
    assert_owns(changed, "lab", "Update", "{\"f:data\":{\"f:a\":{}}}");
    AUTO_OBJECT struct object *last = NULL;
    assert_int_equal(
        registry_delete(fixture->registry, RESOURCE_CONFIGMAPS, "default", "x", &DELETE_OPTIONS_DEFAULT, NULL, &last, &status),
        0);
    writer_forget();
    AUTO_OBJECT struct object *present = get(fixture, RESOURCE_CONFIGMAPS, "default", "x");
    assert_int_equal(object_version(present), object_version(real));
    assert_string_equal(text_at(present, "data", "a"), "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_recorded_creations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_conflict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several_conflicts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_let_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reset, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_updaters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dry_run, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

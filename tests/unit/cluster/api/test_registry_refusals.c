/* What the registry does not take, and in which words: a row a case. */
#include "tests/unit/cluster/api/registry_fixture.h"

static void check_fields(const struct status *status, const cJSON *fields, const char *what)
{
    const cJSON *causes = json_get(status->details, "causes");
    if (cJSON_GetArraySize(causes) != cJSON_GetArraySize(fields))
        fail_msg("%s: %s", what, status_message(status));
    const cJSON *cause = causes->child;
    const cJSON *field = NULL;
    cJSON_ArrayForEach (field, fields) {
        assert_string_equal(json_text(json_get(cause, "field"), ""), json_text(field, "?"));
        cause = cause->next;
    }
}

static void test_creation(void **state)
{
    struct fixture *fixture = *state;
    AUTO_JSON cJSON *rows = test_data_json("cluster/api/refusals.json");
    const cJSON *row = NULL;
    uint64_t version = store_version(fixture->store);
    cJSON_ArrayForEach (row, rows) {
        AUTO_STATUS struct status status = {0};
        struct object *created = NULL;
        const char *what = json_text(json_get(row, "what"), "");
        const char *message = json_text(json_get(row, "message"), NULL);
        enum resource_id resource = resource_named(json_text(json_get(row, "resource"), ""));
        if (registry_create(fixture->registry, resource, "default", json_copy(json_get(row, "object")), &created, &status) == 0)
            fail_msg("%s: was taken", what);
        assert_null(created);
        if (status.code != json_integer(json_get(row, "code"), 0))
            fail_msg("%s: code %d: %s", what, status.code, status_message(&status));
        if (message != NULL)
            assert_string_equal(status_message(&status), message);
        if (json_get(row, "fields") != NULL)
            check_fields(&status, json_get(row, "fields"), what);
    }
    assert_int_equal(store_version(fixture->store), version);
}

static void test_missing_namespace(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    assert_int_equal(registry_create(fixture->registry, RESOURCE_PODS, "nowhere", parse(POD("x")), NULL, &status), -1);
    assert_int_equal(status.code, 404);
    assert_string_equal(status_message(&status), "namespaces \"nowhere\" not found");
}

/* Every member of a Pod in turn as a value of every type: taken or refused, never a crash. */
static void replace_each(struct fixture *fixture, const cJSON *whole, cJSON *part, const char *value)
{
    for (cJSON *member = part->child; member != NULL; member = member->next) {
        cJSON saved = *member;
        AUTO_JSON cJSON *other = parse(value);
        AUTO_STATUS struct status status = {0};
        struct object *created = NULL;
        member->type = other->type | (saved.type & cJSON_StringIsConst);
        member->child = other->child;
        member->valuestring = other->valuestring;
        member->valuedouble = other->valuedouble;
        cJSON *tree = json_copy(whole);
        *member = saved;
        if (registry_create(fixture->registry, RESOURCE_PODS, "default", tree, &created, &status) < 0) {
            assert_true(status.code >= 400);
        } else {
            const struct delete_options now = {.grace_seconds = 0};
            assert_int_equal(
                registry_delete(fixture->registry, RESOURCE_PODS, "default", object_name(created), &now, NULL, NULL, &status), 0);
            object_release(created);
        }
        replace_each(fixture, whole, member, value);
    }
}

static void test_any_type_anywhere(void **state)
{
    struct fixture *fixture = *state;
    static const char *const values[] = {"null", "true", "-1",     "1e300",  "\"\"",      "\"x\"",
                                         "[]",   "{}",   "[null]", "[[{}]]", "{\"a\":{}}"};
    AUTO_JSON cJSON *exchange = test_data_json("golden/lists/pods-v1.json");
    AUTO_JSON cJSON *pod = json_copy(json_get(exchange, "response", "body", "items")->child);
    json_remove(json_get(pod, "metadata"), "managedFields");
    json_remove(json_get(pod, "metadata"), "resourceVersion");
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        replace_each(fixture, pod, pod, values[i]);
}

static void test_text_becomes_utf8(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *map = NULL;
    cJSON *tree = parse("{\"metadata\":{\"name\":\"x\"},\"data\":{}}");
    json_set(json_get(tree, "data"), "a", cJSON_CreateString("\xc3\xa9\xff\xc0\x80|\xed\xa0\x80|"));
    assert_int_equal(registry_create(fixture->registry, RESOURCE_CONFIGMAPS, "default", tree, &map, &status), 0);
    assert_string_equal(text_at(map, "data", "a"),
                        "\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|");
}

/* An object of a pod with this many members where few are thinkable. */
static void check_wide(struct fixture *fixture, const char *member, const char *inner, int count)
{
    AUTO_STATUS struct status status = {0};
    cJSON *pod = parse(POD("wide"));
    cJSON *spec = json_get(pod, "spec");
    cJSON *holder =
        inner != NULL ? json_object_at(json_object_at(spec->child->child, member), inner) : json_object_at(spec, member);
    for (int i = 0; i < count; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        cJSON_AddItemToObject(holder, key, cJSON_CreateString("1"));
    }
    assert_int_equal(registry_create(fixture->registry, RESOURCE_PODS, "default", pod, NULL, &status), -1);
    assert_int_equal(status.code, 400);
}

static void test_wide_objects(void **state)
{
    struct fixture *fixture = *state;
    check_wide(fixture, "nodeSelector", NULL, 20001);
    check_wide(fixture, "dnsConfig", NULL, 1001);
    check_wide(fixture, "resources", "limits", 1001);
}

static void check_update(struct fixture *fixture, enum resource_id resource, const char *name, const char *patch_text,
                         const char *message)
{
    AUTO_STATUS struct status status = {0};
    AUTO_JSON cJSON *patch = parse(patch_text);
    assert_int_equal(registry_patch(fixture->registry, resource, "default", name, SUBRESOURCE_NONE, PATCH_STRATEGIC_MERGE, patch,
                                    NULL, &status),
                     -1);
    assert_int_equal(status.code, 422);
    assert_string_equal(status_message(&status), message);
}

static void test_immutable(void **state)
{
    struct fixture *fixture = *state;
    create_only(fixture, RESOURCE_PODS, "default", POD("x"));
    create_only(fixture, RESOURCE_DEPLOYMENTS, "default", DEPLOYMENT("x"));
    create_only(fixture, RESOURCE_CONFIGMAPS, "default", "{\"metadata\":{\"name\":\"x\"},\"immutable\":true}");
    check_update(
        fixture, RESOURCE_PODS, "x", "{\"spec\":{\"hostNetwork\":true}}",
        "Pod \"x\" is invalid: spec: Forbidden: pod updates may not change fields other than "
        "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
        "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
        "previously negative)");
    check_update(fixture, RESOURCE_PODS, "x", "{\"spec\":{\"containers\":[{\"name\":\"y\",\"image\":\"z\"}]}}",
                 "Pod \"x\" is invalid: spec.containers: Forbidden: pod updates may not add or remove containers");
    check_update(
        fixture, RESOURCE_DEPLOYMENTS, "x",
        "{\"spec\":{\"selector\":{\"matchLabels\":{\"b\":\"c\"}},\"template\":{\"metadata\":{\"labels\":{\"b\":\"c\"}}}}}",
        "Deployment.apps \"x\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"web\",\"b\":\"c\"}}: field "
        "is immutable");
    check_update(fixture, RESOURCE_CONFIGMAPS, "x", "{\"data\":{\"a\":\"b\"}}",
                 "ConfigMap \"x\" is invalid: data: Forbidden: field is immutable when `immutable` is set");
}

#define LARGE (1000 * 1000)
#define SMALL_OBJECTS 40

static int write_config_map(struct fixture *fixture, const char *name, size_t length, bool is_new, struct status *status)
{
    AUTO_FREE char *value = memory_allocate(length + 1, 1);
    memset(value, 'x', length);
    cJSON *tree = cJSON_CreateObject();
    json_set_text(json_object_at(tree, "metadata"), "name", name);
    json_set_text(json_object_at(tree, "data"), "value", value);
    if (is_new)
        return registry_create(fixture->registry, RESOURCE_CONFIGMAPS, "default", tree, NULL, status);
    return registry_update(fixture->registry, RESOURCE_CONFIGMAPS, "default", name, SUBRESOURCE_NONE, tree, NULL, status);
}

/* Writes large config maps, PREFIX-0 and so on, until one is refused; returns how many were not. */
static int write_until_full(struct fixture *fixture, const char *prefix, bool is_new)
{
    AUTO_STATUS struct status status = {0};
    int count = 0;
    for (bool taken = true; taken;) {
        AUTO_FREE char *name = memory_format("%s-%d", prefix, count);
        taken = write_config_map(fixture, name, LARGE, is_new, &status) == 0;
        count += taken;
        assert_true(count < 100);
    }
    assert_int_equal(status.code, 500);
    assert_string_equal(status_message(&status), "etcdserver: mvcc: database space exceeded");
    return count;
}

static void test_a_full_store_takes_no_more(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    for (int i = 0; i < SMALL_OBJECTS; i++) {
        AUTO_FREE char *name = memory_format("small-%d", i);
        assert_int_equal(write_config_map(fixture, name, 1, true, &status), 0);
    }
    const int large = write_until_full(fixture, "large", true);
    assert_int_equal(large, STORE_BYTES_FULL / LARGE + 1);
    /* What is there may still be changed, and get longer for a while. */
    const int grown = write_until_full(fixture, "small", false);
    assert_int_equal(grown + large, STORE_BYTES_MAXIMUM / LARGE + 1);
    assert_int_equal(write_config_map(fixture, "small-0", LARGE / 2, false, &status), 0);
    assert_true(store_bytes(fixture->store) < STORE_BYTES_MAXIMUM + LARGE);
    /* What goes makes room. */
    for (int i = 0; i < large; i++) {
        AUTO_FREE char *name = memory_format("large-%d", i);
        const struct delete_options options = DELETE_OPTIONS_DEFAULT;
        assert_int_equal(registry_delete(fixture->registry, RESOURCE_CONFIGMAPS, "default", name, &options, NULL, NULL, &status),
                         0);
    }
    for (int i = 0; i < grown; i++) {
        AUTO_FREE char *name = memory_format("small-%d", i);
        assert_int_equal(write_config_map(fixture, name, 1, false, &status), 0);
    }
    assert_true(store_bytes(fixture->store) < LARGE);
    assert_int_equal(write_config_map(fixture, "new", LARGE, true, &status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_creation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_namespace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_any_type_anywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_text_becomes_utf8, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wide_objects, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_immutable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_full_store_takes_no_more, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

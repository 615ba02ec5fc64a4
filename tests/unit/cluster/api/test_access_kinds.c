/* Secrets, service accounts, roles and bindings: what they become, what is refused and in which words, their tables. */
#include "tests/unit/cluster/api/registry_fixture.h"

#include "cluster/api/table.h"

#define META(name) "\"metadata\":{\"name\":\"" name "\"}"

static void test_secret_texts(void **state)
{
    struct fixture *fixture = *state;
    AUTO_OBJECT struct object *secret =
        create(fixture, RESOURCE_SECRETS, "default",
               "{" META("a") ",\"data\":{\"user\":\"b2xk\",\"raw\":\"AAE=\"},\"stringData\":{\"user\":\"new\",\"empty\":\"\"}}");
    const cJSON *tree = object_tree(secret);
    assert_string_equal(json_text(json_get(tree, "type"), ""), "Opaque");
    assert_string_equal(json_text(json_get(tree, "data", "user"), ""), "bmV3");
    assert_string_equal(json_text(json_get(tree, "data", "raw"), ""), "AAE=");
    assert_string_equal(json_text(json_get(tree, "data", "empty"), "x"), "");
    assert_null(json_get(tree, "stringData"));
}

static void test_bytes_lose_line_breaks(void **state)
{
    struct fixture *fixture = *state;
    AUTO_OBJECT struct object *secret =
        create(fixture, RESOURCE_SECRETS, "default", "{" META("a") ",\"data\":{\"user\":\"YW\\nJj\\n\"}}");
    assert_string_equal(json_text(json_get(object_tree(secret), "data", "user"), ""), "YWJj");
}

static void test_binding_defaults(void **state)
{
    struct fixture *fixture = *state;
    AUTO_OBJECT struct object *binding =
        create(fixture, RESOURCE_ROLEBINDINGS, "default",
               "{" META("a") ",\"roleRef\":{\"kind\":\"Role\",\"name\":\"r\"},\"subjects\":["
                             "{\"kind\":\"ServiceAccount\",\"name\":\"s\"},{\"kind\":\"Group\",\"name\":\"g\"}]}");
    const cJSON *tree = object_tree(binding);
    assert_string_equal(json_text(json_get(tree, "roleRef", "apiGroup"), ""), "rbac.authorization.k8s.io");
    assert_null(json_get(cJSON_GetArrayItem(json_get(tree, "subjects"), 0), "apiGroup"));
    assert_string_equal(json_text(json_get(cJSON_GetArrayItem(json_get(tree, "subjects"), 1), "apiGroup"), ""),
                        "rbac.authorization.k8s.io");
}

struct refusal {
    enum resource_id resource;
    const char *object;
    int code;
    const char *message;
};

#define RBAC "rbac.authorization.k8s.io"

static const struct refusal refusals[] = {
    {RESOURCE_SECRETS, "{" META("a") ",\"data\":{\"x\":\"a b\"}}", 400,
     "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 1"},
    {RESOURCE_SECRETS, "{" META("a") ",\"data\":{\"x\":\"YWJjZA\"}}", 400,
     "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 4"},
    {RESOURCE_SECRETS, "{" META("a") ",\"type\":\"kubernetes.io/tls\",\"data\":{\"tls.crt\":\"\"}}", 422,
     "Secret \"a\" is invalid: data[tls.key]: Required value"},
    {RESOURCE_SECRETS, "{" META("a") ",\"type\":\"kubernetes.io/basic-auth\"}", 422,
     "Secret \"a\" is invalid: [data[username]: Required value, data[password]: Required value]"},
    {RESOURCE_SECRETS, "{" META("a") ",\"type\":\"kubernetes.io/service-account-token\"}", 422,
     "Secret \"a\" is invalid: metadata.annotations[kubernetes.io/service-account.name]: Required value"},
    {RESOURCE_ROLES, "{" META("a") ",\"rules\":[{\"apiGroups\":[\"\"],\"resources\":[\"pods\"]}]}", 422,
     "Role." RBAC " \"a\" is invalid: rules[0].verbs: Required value: verbs must contain at least one value"},
    {RESOURCE_ROLES, "{" META("a") ",\"rules\":[{\"verbs\":[\"get\"]}]}", 422,
     "Role." RBAC " \"a\" is invalid: [rules[0].apiGroups: Required value: resource rules must supply at least one api group, "
     "rules[0].resources: Required value: resource rules must supply at least one resource]"},
    {RESOURCE_ROLES, "{" META("a") ",\"rules\":[{\"verbs\":[\"get\"],\"nonResourceURLs\":[\"/x\"]}]}", 422,
     "Role." RBAC " \"a\" is invalid: rules[0].nonResourceURLs: Invalid value: [\"/x\"]: namespaced rules cannot apply to "
     "non-resource URLs"},
    {RESOURCE_CLUSTERROLES,
     "{" META("a") ",\"rules\":[{\"verbs\":[\"get\"],\"resources\":[\"pods\"],\"nonResourceURLs\":[\"/x\"]}]}", 422,
     "ClusterRole." RBAC " \"a\" is invalid: rules[0].nonResourceURLs: Invalid value: [\"/x\"]: rules cannot apply to both "
     "regular resources and non-resource URLs"},
    {RESOURCE_ROLEBINDINGS, "{" META("a") ",\"roleRef\":{\"kind\":\"Robot\",\"name\":\"r\"}}", 422,
     "RoleBinding." RBAC " \"a\" is invalid: roleRef.kind: Unsupported value: \"Robot\": supported values: \"Role\", "
     "\"ClusterRole\""},
    {RESOURCE_CLUSTERROLEBINDINGS,
     "{" META("a") ",\"roleRef\":{\"kind\":\"ClusterRole\",\"name\":\"r\"},\"subjects\":[{\"kind\":\"ServiceAccount\","
                   "\"name\":\"s\"}]}",
     422, "ClusterRoleBinding." RBAC " \"a\" is invalid: subjects[0].namespace: Required value"},
    {RESOURCE_ROLEBINDINGS,
     "{" META("a") ",\"roleRef\":{\"kind\":\"Role\",\"name\":\"r\"},\"subjects\":[{\"kind\":\"Robot\",\"name\":\"s\"}]}", 422,
     "RoleBinding." RBAC " \"a\" is invalid: subjects[0].kind: Unsupported value: \"Robot\": supported values: "
     "\"ServiceAccount\", \"User\", \"Group\""},
};

static void test_refusals(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        AUTO_STATUS struct status status = {0};
        assert_int_equal(
            registry_create(fixture->registry, refusals[i].resource, "default", parse(refusals[i].object), NULL, &status), -1);
        assert_string_equal(status_message(&status), refusals[i].message);
        assert_int_equal(status.code, refusals[i].code);
    }
}

static void check_update(struct fixture *fixture, enum resource_id resource, const char *object, const char *message)
{
    AUTO_STATUS struct status status = {0};
    assert_int_equal(registry_update(fixture->registry, resource, "default", "a", SUBRESOURCE_NONE, parse(object), NULL, &status),
                     -1);
    assert_string_equal(status_message(&status), message);
}

static void test_what_may_not_change(void **state)
{
    struct fixture *fixture = *state;
    object_release(create(fixture, RESOURCE_SECRETS, "default", "{" META("a") ",\"immutable\":true,\"data\":{\"x\":\"YQ==\"}}"));
    check_update(fixture, RESOURCE_SECRETS, "{" META("a") ",\"immutable\":true,\"data\":{\"x\":\"Yg==\"}}",
                 "Secret \"a\" is invalid: data: Forbidden: field is immutable when `immutable` is set");
    check_update(fixture, RESOURCE_SECRETS, "{" META("a") ",\"immutable\":true,\"type\":\"b\",\"data\":{\"x\":\"YQ==\"}}",
                 "Secret \"a\" is invalid: type: Invalid value: \"b\": field is immutable");
    object_release(
        create(fixture, RESOURCE_ROLEBINDINGS, "default", "{" META("a") ",\"roleRef\":{\"kind\":\"Role\",\"name\":\"r\"}}"));
    check_update(fixture, RESOURCE_ROLEBINDINGS, "{" META("a") ",\"roleRef\":{\"kind\":\"Role\",\"name\":\"q\"}}",
                 "RoleBinding." RBAC " \"a\" is invalid: roleRef: Invalid value: {\"APIGroup\":\"" RBAC
                 "\",\"Kind\":\"Role\",\"Name\":\"q\"}: cannot change roleRef");
}

static void check_cells(enum resource_id resource, const char *object, const char *cells_text)
{
    AUTO_JSON cJSON *tree = parse(object);
    AUTO_JSON cJSON *cells = cJSON_CreateArray();
    table_format_of(resource)->add_cells(tree, 0, cells);
    AUTO_FREE char *text = json_print(cells);
    assert_string_equal(text, cells_text);
    assert_int_equal((size_t)cJSON_GetArraySize(cells), table_format_of(resource)->count);
}

static void test_tables(void **state)
{
    (void)state;
    check_cells(RESOURCE_SECRETS, "{" META("a") ",\"type\":\"Opaque\",\"data\":{\"x\":\"\",\"y\":\"\"}}",
                "[\"a\",\"Opaque\",2,\"<unknown>\"]");
    check_cells(RESOURCE_SERVICEACCOUNTS, "{" META("a") "}", "[\"a\",\"<unknown>\"]");
    check_cells(RESOURCE_CLUSTERROLES, "{\"metadata\":{\"name\":\"a\",\"creationTimestamp\":\"2026-11-22T00:47:03Z\"}}",
                "[\"a\",\"2026-11-22T00:47:03Z\"]");
    check_cells(
        RESOURCE_ROLEBINDINGS,
        "{" META("a") ",\"roleRef\":{\"kind\":\"Role\",\"name\":\"r\"},\"subjects\":["
                      "{\"kind\":\"ServiceAccount\",\"name\":\"s\",\"namespace\":\"n\"},{\"kind\":\"User\",\"name\":\"u\"},"
                      "{\"kind\":\"User\",\"name\":\"v\"}]}",
        "[\"a\",\"Role/r\",\"<unknown>\",\"u, v\",\"\",\"n/s\"]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_secret_texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bytes_lose_line_breaks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_binding_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_may_not_change, set_up, tear_down),
        cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

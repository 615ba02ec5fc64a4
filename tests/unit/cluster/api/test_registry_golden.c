/* Objects and answers recorded from a real cluster: the registry stores and refuses in the same words and order. */
#include "tests/unit/cluster/api/registry_fixture.h"

#include "cluster/api/kind.h"
#include "cluster/api/registry_internal.h"

/* What a real cluster has stored is canonical here too: same members, same order, nothing added or lost. */
static void check_item(const struct resource *resource, const cJSON *item)
{
    char api_version[64];
    AUTO_JSON cJSON *tree = json_copy(item);
    json_remove(tree, "kind");
    json_remove(tree, "apiVersion");
    AUTO_JSON cJSON *expected = cJSON_CreateObject();
    json_set_text(expected, "kind", resource->kind);
    json_set_text(expected, "apiVersion", resource_api_version(resource, api_version));
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, tree)
        json_set(expected, member->string, json_copy(member));
    AUTO_FREE char *expected_text = json_print(expected);
    struct error error = ERROR_NONE;
    if (schema_normalize(schema_of(resource->id), &tree, &error) < 0)
        fail_msg("%s", error.text);
    complete_object(resource, &tree);
    AUTO_FREE char *text = json_print(tree);
    assert_string_equal(text, expected_text);
}

static void test_stored_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        const char *plural;
    } rows[] = {
        {"configmaps-v1", "configmaps"},
        {"cronjobs-v1", "cronjobs"},
        {"deployments-v1", "deployments"},
        {"endpointslices-v1", "endpointslices"},
        {"events", "events"},
        {"events-more", "events"},
        {"horizontalpodautoscalers-v2", "horizontalpodautoscalers"},
        {"horizontalpodautoscalers-more-v2", "horizontalpodautoscalers"},
        {"jobs-v1", "jobs"},
        {"namespaces", "namespaces"},
        {"nodes", "nodes"},
        {"pods-v1", "pods"},
        {"pods-more-v1", "pods"},
        {"replicasets-v1", "replicasets"},
        {"services", "services"},
        {"statefulsets-v1", "statefulsets"},
        {"persistentvolumeclaims-v1", "persistentvolumeclaims"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_JSON cJSON *exchange = test_data_json("golden/lists/%s.json", rows[i].file);
        const cJSON *items = json_get(exchange, "response", "body", "items");
        assert_true(cJSON_GetArraySize(items) > 0);
        const cJSON *item = NULL;
        cJSON_ArrayForEach (item, items)
            check_item(resource_by_id(resource_named(rows[i].plural)), item);
    }
}

/* What a real cluster made of a manifest, this one makes of it too: the manifest is in kubectl's annotation. */
static void check_defaults(struct fixture *fixture, const cJSON *stored, enum resource_id resource, const char *cluster_address)
{
    static const char annotation[] = "kubectl.kubernetes.io/last-applied-configuration";
    const char *manifest = json_text(json_get(stored, "metadata", "annotations", annotation), "");
    AUTO_OBJECT struct object *created = create(fixture, resource, "default", manifest);
    AUTO_JSON cJSON *spec = json_copy(json_get(object_tree(created), "spec"));
    if (cluster_address != NULL) {
        json_set_text(spec, "clusterIP", cluster_address);
        json_set(spec, "clusterIPs", cJSON_CreateStringArray(&cluster_address, 1));
    }
    AUTO_JSON cJSON *expected = json_copy(json_get(stored, "spec"));
    if (resource == RESOURCE_DEPLOYMENTS) /* it was scaled since */
        json_set_integer(expected, "replicas", json_integer(json_get(spec, "replicas"), 0));
    AUTO_FREE char *text = json_print(spec);
    AUTO_FREE char *expected_text = json_print(expected);
    assert_string_equal(text, expected_text);
}

static void test_defaults(void **state)
{
    struct fixture *fixture = *state;
    AUTO_JSON cJSON *deployment = test_data_json("golden/objects/deployment-web.json");
    AUTO_JSON cJSON *autoscaler = test_data_json("golden/objects/hpa-web.json");
    AUTO_JSON cJSON *services = test_data_json("golden/lists/services.json");
    AUTO_JSON cJSON *sets = test_data_json("golden/lists/statefulsets-v1.json");
    const cJSON *service = cJSON_GetArrayItem(json_get(services, "response", "body", "items"), 1);
    check_defaults(fixture, json_get(deployment, "response", "body"), RESOURCE_DEPLOYMENTS, NULL);
    check_defaults(fixture, json_get(autoscaler, "response", "body"), RESOURCE_HORIZONTALPODAUTOSCALERS, NULL);
    check_defaults(fixture, json_get(sets, "response", "body", "items")->child, RESOURCE_STATEFULSETS, NULL);
    check_defaults(fixture, service, RESOURCE_SERVICES, json_text(json_get(service, "spec", "clusterIP"), ""));
}

static cJSON *request_body(const cJSON *exchange)
{
    return parse(json_text(json_get(exchange, "request", "body"), ""));
}

static void check_answer(const struct status *status, const cJSON *exchange)
{
    AUTO_JSON cJSON *given = status_to_json(status);
    const cJSON *expected = json_get(exchange, "response", "body");
    AUTO_FREE char *given_text = json_print(given);
    AUTO_FREE char *expected_text = json_print(expected);
    assert_string_equal(given_text, expected_text);
}

static void test_refused_autoscaler(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    AUTO_JSON cJSON *exchange = test_data_json("golden/errors/422-hpa.json");
    assert_int_equal(
        registry_create(fixture->registry, RESOURCE_HORIZONTALPODAUTOSCALERS, "default", request_body(exchange), NULL, &status),
        -1);
    check_answer(&status, exchange);
}

static void test_exists_and_conflict(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    AUTO_JSON cJSON *exists = test_data_json("golden/errors/409-exists.json");
    AUTO_JSON cJSON *conflict = test_data_json("golden/errors/409-conflict.json");
    assert_int_equal(registry_create(fixture->registry, RESOURCE_CONFIGMAPS, "default", request_body(exists), NULL, &status), 0);
    assert_int_equal(registry_create(fixture->registry, RESOURCE_CONFIGMAPS, "default", request_body(exists), NULL, &status), -1);
    check_answer(&status, exists);
    assert_int_equal(registry_update(fixture->registry, RESOURCE_CONFIGMAPS, "default", "kube-root-ca.crt", SUBRESOURCE_NONE,
                                     request_body(conflict), NULL, &status),
                     -1);
    check_answer(&status, conflict);
}

static void test_not_found(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    AUTO_JSON cJSON *exchange = test_data_json("golden/errors/404-object.json");
    const struct delete_options options = DELETE_OPTIONS_DEFAULT;
    assert_int_equal(registry_delete(fixture->registry, RESOURCE_PODS, "default", "nope", &options, NULL, NULL, &status), -1);
    check_answer(&status, exchange);
}

static void test_scale(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    AUTO_JSON cJSON *conflict = test_data_json("golden/writes/scale-put-conflict.json");
    AUTO_JSON cJSON *shape = test_data_json("golden/objects/deployment-web-scale.json");
    create_only(fixture, RESOURCE_DEPLOYMENTS, "default", DEPLOYMENT("web"));
    assert_int_equal(registry_update(fixture->registry, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_SCALE,
                                     request_body(conflict), NULL, &status),
                     -1);
    check_answer(&status, conflict);
    AUTO_JSON cJSON *wanted = registry_scale(fixture->registry, RESOURCE_DEPLOYMENTS, "default", "web", &status);
    json_set_integer(json_get(wanted, "spec"), "replicas", 6);
    AUTO_OBJECT struct object *scaled = NULL;
    assert_int_equal(registry_update(fixture->registry, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_SCALE,
                                     json_copy(wanted), &scaled, &status),
                     0);
    assert_int_equal(integer_at(scaled, "spec", "replicas"), 6);
    assert_int_equal(integer_at(scaled, "metadata", "generation"), 2);
    AUTO_JSON cJSON *scale = registry_scale(fixture->registry, RESOURCE_DEPLOYMENTS, "default", "web", &status);
    cJSON *expected = json_get(shape, "response", "body");
    json_set_integer(json_get(expected, "status"), "replicas", 0); /* nobody has made pods here */
    static const char *const own[] = {"uid", "resourceVersion", "creationTimestamp"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        json_set_text(json_get(expected, "metadata"), own[i], json_text(json_get(scale, "metadata", own[i]), ""));
    AUTO_FREE char *scale_text = json_print(scale);
    AUTO_FREE char *expected_text = json_print(expected);
    assert_string_equal(scale_text, expected_text);
}

/* The same managedFields but for their times, letter for letter. */
static void check_owners(const cJSON *given, const cJSON *expected)
{
    AUTO_JSON cJSON *mine = json_copy(json_get(given, "metadata", "managedFields"));
    AUTO_JSON cJSON *theirs = json_copy(json_get(expected, "metadata", "managedFields"));
    for (cJSON *entry = mine != NULL ? mine->child : NULL; entry != NULL; entry = entry->next)
        json_set_text(entry, "time", "");
    for (cJSON *entry = theirs != NULL ? theirs->child : NULL; entry != NULL; entry = entry->next)
        json_set_text(entry, "time", "");
    AUTO_FREE char *mine_text = json_print(mine);
    AUTO_FREE char *their_text = json_print(theirs);
    assert_string_equal(mine_text, their_text);
}

/* The recorded writes to one ConfigMap, one after the other. */
static void test_apply_and_patches(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    static const struct {
        const char *file;
        const char *applied; /* NULL: a patch */
        enum patch_type type;
        bool created;
    } rows[] = {
        {"apply-create", "{\"data\":{\"max\":\"500\",\"size\":\"50\"}}", PATCH_MERGE, true},
        {"apply-again", "{\"data\":{\"size\":\"60\"}}", PATCH_MERGE, false},
        {"merge-patch", NULL, PATCH_MERGE, false},
        {"json-patch", NULL, PATCH_JSON, false},
        {"delete", NULL, PATCH_MERGE, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_JSON cJSON *exchange = test_data_json("golden/writes/%s.json", rows[i].file);
        AUTO_OBJECT struct object *result = NULL;
        if (rows[i].applied != NULL) {
            bool created = false;
            writer_set("hpalab", false);
            assert_int_equal(registry_apply(fixture->registry, RESOURCE_CONFIGMAPS, "default", "app", SUBRESOURCE_NONE,
                                            parse(rows[i].applied), true, &created, &result, &status),
                             0);
            writer_set("curl", false);
            assert_int_equal(created, rows[i].created);
        } else {
            AUTO_JSON cJSON *patch = request_body(exchange);
            assert_int_equal(registry_patch(fixture->registry, RESOURCE_CONFIGMAPS, "default", "app", SUBRESOURCE_NONE,
                                            rows[i].type, patch, &result, &status),
                             0);
        }
        const cJSON *body = json_get(exchange, "response", "body");
        assert_json_equal(json_get(object_tree(result), "data"), json_get(body, "data"), rows[i].file);
        check_owners(object_tree(result), body);
        if (json_get(body, "metadata", "labels") != NULL)
            assert_json_equal(json_get(object_tree(result), "metadata", "labels"), json_get(body, "metadata", "labels"),
                              rows[i].file);
    }
    writer_forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stored_shapes),
        cmocka_unit_test_setup_teardown(test_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused_autoscaler, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_exists_and_conflict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scale, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_apply_and_patches, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* CustomResourceDefinitions: kinds that are served from the moment they are defined, and judged by their schemas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/api/custom_resource.h"
#include "cluster/api/custom_schema.h"
#include "tests/support/data.h"
#include "tests/unit/cluster/api/server_fixture.h"

#define DEFINITIONS "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
#define RUNS "/apis/k6.io/v1alpha1/namespaces/default/testruns"
#define MONITORS "/apis/monitoring.coreos.com/v1/namespaces/default/podmonitors"
#define MERGE "application/merge-patch+json"
#define JSON "application/json"
#define RUN                                                                                                                      \
    "{\"metadata\":{\"name\":\"load\"},\"spec\":{\"parallelism\":2,\"script\":{\"configMap\":{\"name\":\"s\"}},\"odd\":1}}"

/* Objects of defined kinds are owned member by member too. */
static void test_apply(void **state)
{
    static const char path[] = RUNS "/load?fieldManager=lab";
    static const char first[] = "{\"spec\":{\"parallelism\":2,\"script\":{\"configMap\":{\"name\":\"s\"}},\"separate\":true}}";
    static const char second[] = "{\"spec\":{\"parallelism\":2,\"script\":{\"configMap\":{\"name\":\"s\"}}}}";
    struct fixture *fixture = *state;
    AUTO_JSON cJSON *created = fixture_expect(fixture, "PATCH", path, "application/apply-patch+yaml", first, 201);
    AUTO_FREE char *fields = json_print(json_get(json_get(created, "metadata", "managedFields")->child, "fieldsV1"));
    assert_string_equal(fields,
                        "{\"f:spec\":{\"f:parallelism\":{},\"f:script\":{\"f:configMap\":{\"f:name\":{}}},\"f:separate\":{}}}");
    fixture_check(fixture, "PATCH", RUNS "/load", MERGE, "{\"spec\":{\"parallelism\":3}}", 200);
    fixture_check(fixture, "PATCH", path, "application/apply-patch+yaml", second, 409);
    AUTO_JSON cJSON *forced =
        fixture_expect(fixture, "PATCH", RUNS "/load?fieldManager=lab&force=true", "application/apply-patch+yaml", second, 200);
    assert_int_equal(json_integer(json_get(forced, "spec", "parallelism"), 0), 2);
    assert_null(json_get(forced, "spec", "separate"));
}

static int open_with_definitions(void **state)
{
    static const char *const names[] = {"testruns", "podmonitors"};
    if (fixture_open(state) != 0)
        return -1;
    for (size_t i = 0; i < 2; i++) {
        AUTO_FREE char *text = test_data_text("cluster/custom/%s.json", names[i]);
        fixture_check(*state, "POST", DEFINITIONS, JSON, text, 201);
    }
    return 0;
}

static void assert_message(const cJSON *status, const char *part)
{
    const char *message = json_text(json_get(status, "message"), "");
    if (strstr(message, part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", part, message);
}

static void test_definition(void **state)
{
    struct fixture *fixture = *state;
    AUTO_JSON cJSON *definition = fixture_expect(fixture, "GET", DEFINITIONS "/testruns.k6.io", NULL, NULL, 200);
    const cJSON *names = json_get(definition, "status", "acceptedNames");
    const cJSON *conditions = json_get(definition, "status", "conditions");
    assert_string_equal(json_text(json_get(names, "singular"), ""), "testrun");
    assert_string_equal(json_text(json_get(names, "listKind"), ""), "TestRunList");
    assert_string_equal(json_text(json_get(cJSON_GetArrayItem(conditions, 0), "type"), ""), "NamesAccepted");
    assert_string_equal(json_text(json_get(cJSON_GetArrayItem(conditions, 1), "type"), ""), "Established");
    assert_string_equal(json_text(json_get(cJSON_GetArrayItem(conditions, 1), "status"), ""), "True");
    AUTO_JSON cJSON *resources = fixture_expect(fixture, "GET", "/apis/k6.io/v1alpha1", NULL, NULL, 200);
    assert_int_equal(cJSON_GetArraySize(json_get(resources, "resources")), 3); /* with /scale and /status */
    AUTO_JSON cJSON *group = fixture_expect(fixture, "GET", "/apis/monitoring.coreos.com", NULL, NULL, 200);
    assert_int_equal(cJSON_GetArraySize(json_get(group, "versions")), 2);
    assert_string_equal(json_text(json_get(group, "preferredVersion", "version"), ""), "v1");
}

static void test_objects(void **state)
{
    struct fixture *fixture = *state;
    AUTO_JSON cJSON *created = fixture_expect(fixture, "POST", RUNS, JSON, RUN, 201);
    assert_null(json_get(created, "spec", "odd"));
    assert_true(cJSON_IsTrue(json_get(created, "spec", "quiet")));
    assert_string_equal(json_text(json_get(created, "spec", "script", "configMap", "file"), ""), "test.js");
    assert_int_equal(json_integer(json_get(created, "metadata", "generation"), 0), 1);
    AUTO_JSON cJSON *patched = fixture_expect(fixture, "PATCH", RUNS "/load", MERGE,
                                              "{\"spec\":{\"parallelism\":3},\"status\":{\"stage\":\"started\"}}", 200);
    assert_int_equal(json_integer(json_get(patched, "metadata", "generation"), 0), 2);
    assert_null(json_get(patched, "status"));
    AUTO_JSON cJSON *status =
        fixture_expect(fixture, "PATCH", RUNS "/load/status", MERGE, "{\"status\":{\"stage\":\"started\"}}", 200);
    assert_string_equal(json_text(json_get(status, "status", "stage"), ""), "started");
    assert_int_equal(json_integer(json_get(status, "metadata", "generation"), 0), 2);
    AUTO_JSON cJSON *operated = fixture_expect(fixture, "PATCH", RUNS "/load", "application/json-patch+json",
                                               "[{\"op\":\"add\",\"path\":\"/spec/labels\",\"value\":{\"a\":\"b\"}}]", 200);
    assert_string_equal(json_text(json_get(operated, "spec", "labels", "a"), ""), "b");
    AUTO_JSON cJSON *list = fixture_expect(fixture, "GET", RUNS, NULL, NULL, 200);
    assert_string_equal(json_text(json_get(list, "kind"), ""), "TestRunList");
    assert_int_equal(cJSON_GetArraySize(json_get(list, "items")), 1);
    AUTO_JSON cJSON *event = fixture_expect(fixture, "GET", RUNS "?watch=1&timeoutSeconds=1", NULL, NULL, 200);
    assert_string_equal(json_text(json_get(event, "object", "kind"), ""), "TestRun");
    fixture_check(fixture, "DELETE", RUNS "/load", NULL, NULL, 200);
    fixture_check(fixture, "GET", RUNS "/load", NULL, NULL, 404);
}

static void test_refusals(void **state)
{
    static const struct {
        const char *patch;
        const char *message;
    } rows[] = {
        {"{\"spec\":{\"parallelism\":\"a\"}}",
         "spec.parallelism: Invalid value: \"string\": spec.parallelism in body must be of type integer: \"string\""},
        {"{\"spec\":{\"parallelism\":1.5}}", "spec.parallelism in body must be of type integer: \"number\""},
        {"{\"spec\":{\"parallelism\":0}}", "Invalid value: 0: spec.parallelism in body should be greater than or equal to 1"},
        {"{\"spec\":{\"parallelism\":5000}}", "spec.parallelism in body should be less than or equal to 1000"},
        {"{\"spec\":{\"script\":null}}", "spec.script: Required value"},
        {"{\"spec\":{\"cleanup\":\"x\"}}", "spec.cleanup: Unsupported value: \"x\": supported values: \"post\""},
        {"{\"spec\":{\"port\":true}}", "spec.port in body must be of type integer,string: \"boolean\""},
        {"{\"spec\":{\"env\":[{}]}}", "spec.env[0].name: Required value"},
        {"{\"spec\":{\"env\":[1]}}", "spec.env[0] in body must be of type object: \"integer\""},
        {"{\"spec\":{\"env\":[{\"name\":\"a\"},{\"name\":\"a\"},{\"name\":\"a\"},{\"name\":\"a\"}]}}",
         "spec.env: Too many: 4: must have at most 3 items"},
        {"{\"spec\":{\"labels\":{\"a\":1}}}", "spec.labels.a in body must be of type string: \"integer\""},
        {"{\"spec\":{\"script\":{\"configMap\":{\"name\":\"\"}}}}",
         "spec.script.configMap.name in body should be at least 1 chars long"},
        {"{\"spec\":7}", "spec in body must be of type object: \"integer\""},
    };
    struct fixture *fixture = *state;
    fixture_check(fixture, "POST", RUNS, JSON, RUN, 201);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_JSON cJSON *refused = fixture_expect(fixture, "PATCH", RUNS "/load", MERGE, rows[i].patch, 422);
        assert_message(refused, rows[i].message);
    }
    AUTO_JSON cJSON *strict = fixture_expect(fixture, "POST", RUNS "?fieldValidation=Strict", JSON, RUN, 400);
    assert_message(strict, "unknown field \"spec.odd\"");
    AUTO_JSON cJSON *strategic =
        fixture_expect(fixture, "PATCH", RUNS "/load", "application/strategic-merge-patch+json", "{\"spec\":{}}", 415);
    assert_message(strategic, "application/merge-patch+json, application/apply-patch+yaml");
    fixture_check(fixture, "PATCH", RUNS "/load", MERGE,
                  "{\"spec\":{\"runner\":{\"any\":[1,{\"thing\":null}]},\"arguments\":null}}", 200);
}

static void test_scale_and_table(void **state)
{
    struct fixture *fixture = *state;
    int code;
    fixture_check(fixture, "POST", RUNS, JSON, RUN, 201);
    fixture_check(
        fixture, "PATCH", RUNS "/load/status", MERGE,
        "{\"status\":{\"stage\":\"started\",\"runners\":2,\"selector\":\"app=load\",\"conditions\":[{\"type\":\"Other\","
        "\"status\":\"x\"},{\"type\":\"Ready\",\"status\":\"True\"}]}}",
        200);
    AUTO_JSON cJSON *scale = fixture_expect(fixture, "GET", RUNS "/load/scale", NULL, NULL, 200);
    assert_int_equal(json_integer(json_get(scale, "spec", "replicas"), 0), 2);
    assert_string_equal(json_text(json_get(scale, "status", "selector"), ""), "app=load");
    fixture_check(fixture, "PATCH", RUNS "/load/scale", MERGE, "{\"spec\":{\"replicas\":5}}", 200);
    AUTO_JSON cJSON *table =
        fixture_ask(fixture, &(struct ask){.path = RUNS, .accept = "application/json;as=Table;v=v1;g=meta.k8s.io"}, &code);
    const cJSON *cells = json_get(cJSON_GetArrayItem(json_get(table, "rows"), 0), "cells");
    assert_int_equal(cJSON_GetArraySize(cells), 5);
    assert_int_equal(cJSON_GetArraySize(json_get(table, "columnDefinitions")), 5);
    assert_string_equal(json_text(cJSON_GetArrayItem(cells, 0), ""), "load");
    assert_string_equal(json_text(cJSON_GetArrayItem(cells, 1), ""), "started");
    assert_int_equal(json_integer(cJSON_GetArrayItem(cells, 2), 0), 5);
    assert_string_equal(json_text(cJSON_GetArrayItem(cells, 3), ""), "True");
}

static void test_versions(void **state)
{
    struct fixture *fixture = *state;
    fixture_check(fixture, "POST", "/apis/monitoring.coreos.com/v1beta1/namespaces/default/podmonitors", JSON,
                  "{\"apiVersion\":\"monitoring.coreos.com/v1beta1\",\"kind\":\"PodMonitor\",\"metadata\":{\"name\":\"m\"},"
                  "\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"web\"}}}}",
                  201);
    AUTO_JSON cJSON *stored = fixture_expect(fixture, "GET", MONITORS "/m", NULL, NULL, 200);
    assert_string_equal(json_text(json_get(stored, "apiVersion"), ""), "monitoring.coreos.com/v1");
    AUTO_JSON cJSON *older =
        fixture_expect(fixture, "GET", "/apis/monitoring.coreos.com/v1beta1/namespaces/default/podmonitors/m", NULL, NULL, 200);
    assert_string_equal(json_text(json_get(older, "apiVersion"), ""), "monitoring.coreos.com/v1beta1");
    assert_string_equal(json_text(json_get(older, "spec", "selector", "matchLabels", "app"), ""), "web");
}

static void test_deletion(void **state)
{
    struct fixture *fixture = *state;
    fixture_check(fixture, "POST", RUNS, JSON, RUN, 201);
    fixture_check(fixture, "DELETE", DEFINITIONS "/testruns.k6.io", NULL, NULL, 200);
    fixture_check(fixture, "GET", RUNS, NULL, NULL, 404);
    fixture_check(fixture, "GET", "/apis/k6.io", NULL, NULL, 404);
    AUTO_FREE char *text = test_data_text("cluster/custom/testruns.json");
    fixture_check(fixture, "POST", DEFINITIONS, JSON, text, 201);
    AUTO_JSON cJSON *list = fixture_expect(fixture, "GET", RUNS, NULL, NULL, 200);
    assert_int_equal(cJSON_GetArraySize(json_get(list, "items")), 0);
}

static void test_changed_definition(void **state)
{
    struct fixture *fixture = *state;
    fixture_check(fixture, "POST", RUNS, JSON, RUN, 201);
    fixture_check(
        fixture, "PATCH", DEFINITIONS "/testruns.k6.io", "application/json-patch+json",
        "[{\"op\":\"replace\",\"path\":\"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/parallelism/"
        "maximum\",\"value\":10}]",
        200);
    fixture_check(fixture, "PATCH", RUNS "/load", MERGE, "{\"spec\":{\"parallelism\":11}}", 422);
    fixture_check(fixture, "PATCH", DEFINITIONS "/testruns.k6.io", MERGE, "{\"spec\":{\"scope\":\"Cluster\"}}", 422);
}

static void test_bad_definitions(void **state)
{
    static const struct {
        const char *patch;
        const char *message;
    } rows[] = {
        {"{\"metadata\":{\"name\":\"x.k6.io\"}}",
         "metadata.name: Invalid value: \"x.k6.io\": must be spec.names.plural+\".\"+spec.group"},
        {"{\"spec\":{\"scope\":\"Galaxy\"}}",
         "spec.scope: Unsupported value: \"Galaxy\": supported values: \"Cluster\", \"Namespaced\""},
        {"{\"spec\":{\"versions\":[]}}", "must have exactly one version marked as storage version"},
        {"{\"spec\":{\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true}]}}",
         "spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required"},
        {"{\"spec\":{\"conversion\":{\"strategy\":\"Webhook\"}}}", "spec.conversion.strategy: Unsupported value: \"Webhook\""},
        {"{\"spec\":{\"group\":\"x.k8s.io\"}}", "protected groups must have approval annotation"},
        {"{\"spec\":{\"names\":{\"shortNames\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"]}}}",
         "spec.names.shortNames: Too many: 9: must have at most 8 items"},
    };
    struct fixture *fixture = *state;
    AUTO_FREE char *text = test_data_text("cluster/custom/testruns.json");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_JSON cJSON *patch = json_parse(rows[i].patch, strlen(rows[i].patch), NULL);
        AUTO_JSON cJSON *definition = json_merge_patch(json_parse(text, strlen(text), NULL), patch);
        AUTO_FREE char *body = json_print(definition);
        AUTO_JSON cJSON *refused = fixture_expect(fixture, "POST", DEFINITIONS, JSON, body, 422);
        assert_message(refused, rows[i].message);
    }
}

/* Schemas and objects of any shape: nothing crashes. */
static void test_hostile_schemas(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "7",
        "{\"type\":5,\"properties\":[1,{}],\"required\":{\"a\":1},\"enum\":{},\"items\":[],\"default\":[]}",
        "{\"type\":\"object\",\"properties\":{\"a\":7,\"b\":null,\"c\":[]},\"additionalProperties\":5}",
        ("{\"properties\":{\"a\":{\"minimum\":\"x\",\"maximum\":[],\"enum\":[null],\"nullable\":1,\"items\":5},\"b\":{"
         "\"maxItems\":-1,"
         "\"maxLength\":-5,\"minLength\":1e300}},\"required\":[1,null,\"\"]}"),
        "{\"a\":[1,[2,{\"b\":null}]],\"b\":\"\xc3\xa9\",\"c\":{\"apiVersion\":1}}",
    };
    (void)state;
    const size_t count = sizeof texts / sizeof texts[0];
    for (size_t i = 0; i < count * count; i++) {
        AUTO_PROBLEMS struct problems problems = {0};
        AUTO_JSON cJSON *found = cJSON_CreateArray();
        AUTO_JSON cJSON *schema = json_parse(texts[i / count], strlen(texts[i / count]), NULL);
        AUTO_JSON cJSON *object = json_parse(texts[i % count], strlen(texts[i % count]), NULL);
        assert_non_null(schema);
        assert_non_null(object);
        custom_schema_find_unknown(schema, object, found);
        custom_schema_validate(schema, object, &problems);
        custom_schema_default(schema, object);
        custom_schema_prune(schema, object);
    }
}

static void test_names_have_an_end(void **state)
{
    struct fixture *fixture = *state;
    AUTO_FREE char *text = test_data_text("cluster/custom/testruns.json");
    int code = 201;
    int created = 0;
    while (code == 201 && created <= CUSTOM_RESOURCES_MAXIMUM) {
        AUTO_STATUS struct status status = {0};
        cJSON *definition = json_parse(text, strlen(text), NULL);
        AUTO_FREE char *plural = memory_format("things%d", created);
        AUTO_FREE char *name = memory_format("%s.k6.io", plural);
        json_set_text(json_get(definition, "metadata"), "name", name);
        json_set_text(json_get(definition, "spec", "names"), "plural", plural);
        if (registry_create(fixture->registry, RESOURCE_CUSTOMRESOURCEDEFINITIONS, "", definition, NULL, &status) == 0)
            created++;
        else
            code = status.code;
    }
    assert_int_equal(created, CUSTOM_RESOURCES_MAXIMUM);
    assert_int_equal(code, 422);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_apply, open_with_definitions, fixture_close),
        cmocka_unit_test_setup_teardown(test_definition, open_with_definitions, fixture_close),
        cmocka_unit_test_setup_teardown(test_objects, open_with_definitions, fixture_close),
        cmocka_unit_test_setup_teardown(test_refusals, open_with_definitions, fixture_close),
        cmocka_unit_test_setup_teardown(test_scale_and_table, open_with_definitions, fixture_close),
        cmocka_unit_test_setup_teardown(test_versions, open_with_definitions, fixture_close),
        cmocka_unit_test_setup_teardown(test_deletion, open_with_definitions, fixture_close),
        cmocka_unit_test_setup_teardown(test_changed_definition, open_with_definitions, fixture_close),
        cmocka_unit_test_setup_teardown(test_bad_definitions, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_names_have_an_end, fixture_open, fixture_close),
        cmocka_unit_test(test_hostile_schemas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

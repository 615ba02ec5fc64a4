/* What a write asks for beside its object, through the HTTP front: dry runs, field managers, validation of fields. */
#include "tests/unit/cluster/api/server_fixture.h"

#define CONFIG_MAPS "/api/v1/namespaces/default/configmaps"
#define APPLY "application/apply-patch+yaml"
#define MERGE "application/merge-patch+json"
#define JSON "application/json"

static void test_refused(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *method;
        const char *query;
        const char *type;
        const char *message;
    } rows[] = {
        {"POST", "?dryRun=some", JSON,
         "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: \"some\": supported values: \"All\""},
        {"POST", "?fieldValidation=Maybe", JSON,
         "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"Maybe\": supported values: \"\", "
         "\"Ignore\", \"Strict\", \"Warn\""},
        {"PATCH", "/a", APPLY,
         "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"},
        {"PATCH", "/a?force=true", MERGE,
         "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch"},
        {"PUT", "/a?fieldManager=a%01b", JSON,
         "UpdateOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"a\\u0001b\": should only contain printable "
         "characters"},
        {"DELETE", "/a?dryRun=All,All", NULL,
         "DeleteOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: \"All,All\": supported values: \"All\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int code;
        AUTO_FREE char *path = memory_format(CONFIG_MAPS "%s", rows[i].query);
        const char *body = rows[i].type != NULL ? "{\"metadata\":{\"name\":\"a\"}}" : NULL;
        AUTO_JSON cJSON *refused = fixture_ask(
            fixture, &(struct ask){.method = rows[i].method, .path = path, .content_type = rows[i].type, .body = body}, &code);
        assert_int_equal(code, 422);
        assert_string_equal(json_text(json_get(refused, "message"), ""), rows[i].message);
        assert_string_equal(json_text(json_get(refused, "reason"), ""), "Invalid");
    }
}

static int ask_code(struct fixture *fixture, const char *method, const char *path, const char *type, const char *body)
{
    int code;
    cJSON_Delete(fixture_ask(fixture, &(struct ask){.method = method, .path = path, .content_type = type, .body = body}, &code));
    return code;
}

/* The recorded dry run, then every verb: nothing is stored. */
static void test_dry_runs(void **state)
{
    struct fixture *fixture = *state;
    int code;
    static const char path[] = CONFIG_MAPS "/app2?fieldManager=hpalab&dryRun=All";
    AUTO_JSON cJSON *tried =
        fixture_ask(fixture,
                    &(struct ask){.method = "PATCH",
                                  .path = path,
                                  .content_type = APPLY,
                                  .body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app2\ndata: {a: b}\n"},
                    &code);
    assert_int_equal(code, 201);
    assert_null(json_get(tried, "metadata", "resourceVersion"));
    AUTO_FREE char *fields = json_print(json_get(json_get(tried, "metadata", "managedFields")->child, "fieldsV1"));
    assert_string_equal(fields, "{\"f:data\":{\"f:a\":{}}}");
    assert_int_equal(ask_code(fixture, "GET", CONFIG_MAPS "/app2", NULL, NULL), 404);
    uint64_t before = store_version(fixture->store);
    assert_int_equal(ask_code(fixture, "POST", CONFIG_MAPS "?dryRun=All", JSON, "{\"metadata\":{\"name\":\"b\"}}"), 201);
    assert_int_equal(before, store_version(fixture->store));
    assert_int_equal(ask_code(fixture, "POST", CONFIG_MAPS, JSON, "{\"metadata\":{\"name\":\"b\"}}"), 201);
    before = store_version(fixture->store);
    assert_int_equal(ask_code(fixture, "PUT", CONFIG_MAPS "/b?dryRun=All", JSON, "{\"data\":{\"a\":\"1\"}}"), 200);
    assert_int_equal(ask_code(fixture, "PATCH", CONFIG_MAPS "/b?dryRun=All", MERGE, "{\"data\":{\"a\":\"1\"}}"), 200);
    assert_int_equal(ask_code(fixture, "DELETE", CONFIG_MAPS "/b?dryRun=All", NULL, NULL), 200);
    assert_int_equal(ask_code(fixture, "DELETE", CONFIG_MAPS "/b", JSON, "{\"dryRun\":[\"All\"]}"), 200);
    assert_int_equal(ask_code(fixture, "DELETE", CONFIG_MAPS "?dryRun=All", NULL, NULL), 200);
    assert_int_equal(before, store_version(fixture->store));
}

#define DEPLOYMENTS "/apis/apps/v1/namespaces/default/deployments"
#define DEPLOYMENT                                                                                                               \
    "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":2,\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":"   \
    "{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"web\"}]}}}}"

/* A scale that is only tried is answered as it would be. */
static void test_dry_runs_of_a_scale(void **state)
{
    struct fixture *fixture = *state;
    fixture_check(fixture, "POST", DEPLOYMENTS, JSON, DEPLOYMENT, 201);
    uint64_t before = store_version(fixture->store);
    AUTO_JSON cJSON *patched =
        fixture_expect(fixture, "PATCH", DEPLOYMENTS "/web/scale?dryRun=All", MERGE, "{\"spec\":{\"replicas\":7}}", 200);
    assert_string_equal(json_text(json_get(patched, "kind"), ""), "Scale");
    assert_int_equal(json_integer(json_get(patched, "spec", "replicas"), -1), 7);
    AUTO_JSON cJSON *updated =
        fixture_expect(fixture, "PUT", DEPLOYMENTS "/web/scale?dryRun=All", JSON,
                       "{\"apiVersion\":\"autoscaling/v1\",\"kind\":\"Scale\",\"metadata\":{\"name\":\"web\",\"namespace\":"
                       "\"default\"},\"spec\":{\"replicas\":5}}",
                       200);
    assert_int_equal(json_integer(json_get(updated, "spec", "replicas"), -1), 5);
    AUTO_JSON cJSON *present = fixture_expect(fixture, "GET", DEPLOYMENTS "/web/scale", NULL, NULL, 200);
    assert_int_equal(json_integer(json_get(present, "spec", "replicas"), -1), 2);
    assert_int_equal(before, store_version(fixture->store));
    AUTO_JSON cJSON *done = fixture_expect(fixture, "PATCH", DEPLOYMENTS "/web/scale", MERGE, "{\"spec\":{\"replicas\":7}}", 200);
    assert_int_equal(json_integer(json_get(done, "spec", "replicas"), -1), 7);
    assert_true(store_version(fixture->store) > before);
}

static void test_preconditions(void **state)
{
    struct fixture *fixture = *state;
    int code;
    assert_int_equal(ask_code(fixture, "POST", CONFIG_MAPS, JSON, "{\"metadata\":{\"name\":\"a\"}}"), 201);
    AUTO_JSON cJSON *refused = fixture_ask(fixture,
                                           &(struct ask){.method = "DELETE",
                                                         .path = CONFIG_MAPS "/a",
                                                         .content_type = JSON,
                                                         .body = "{\"preconditions\":{\"resourceVersion\":\"1\"}}"},
                                           &code);
    assert_int_equal(code, 409);
    const char *message = json_text(json_get(refused, "message"), "");
    static const char start[] = "Operation cannot be fulfilled on configmaps \"a\": Precondition failed: ResourceVersion in "
                                "precondition: 1, ResourceVersion in object meta: ";
    assert_int_equal(strncmp(message, start, strlen(start)), 0);
}

/* The first word of the client's name is the manager that it does not say. */
static void test_manager_of_the_client(void **state)
{
    struct fixture *fixture = *state;
    AUTO_FREE char *url =
        memory_format("https://%s:%u" CONFIG_MAPS, address_of_server(fixture->slice), server_port(fixture->server));
    const char *headers[] = {fixture->authorization, "Content-Type: application/json", "User-Agent: lab/1.0 (linux)", NULL};
    struct test_http_request request = {.method = "POST",
                                        .url = url,
                                        .headers = headers,
                                        .body = "{\"metadata\":{\"name\":\"a\"},\"data\":{\"x\":\"1\"},\"typo\":{},\"data\":{}}",
                                        .ca_file = fixture->authority_file};
    struct test_http_answer answer;
    char warning[128];
    test_http_send(&request, &answer);
    assert_int_equal(answer.status, 201);
    assert_string_equal(test_http_header(&answer, "Warning", warning, sizeof warning), "299 - \"unknown field \\\"typo\\\"\"");
    AUTO_JSON cJSON *created = json_parse(answer.body.data, answer.body.length, NULL);
    const cJSON *entry = json_get(created, "metadata", "managedFields")->child;
    assert_string_equal(json_text(json_get(entry, "manager"), ""), "lab");
    assert_string_equal(json_text(json_get(entry, "operation"), ""), "Update");
    test_http_release(&answer);
}

static void test_strict(void **state)
{
    struct fixture *fixture = *state;
    int code;
    AUTO_JSON cJSON *refused =
        fixture_ask(fixture,
                    &(struct ask){.method = "POST",
                                  .path = CONFIG_MAPS "?fieldValidation=Strict",
                                  .content_type = JSON,
                                  .body = "{\"metadata\":{\"name\":\"a\",\"nam\":1},\"data\":{\"x\":\"1\"},\"data\":{}}"},
                    &code);
    assert_int_equal(code, 400);
    assert_string_equal(json_text(json_get(refused, "message"), ""),
                        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field "
                        "\"metadata.nam\", duplicate field \"data\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_refused, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_dry_runs, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_dry_runs_of_a_scale, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_preconditions, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_manager_of_the_client, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_strict, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

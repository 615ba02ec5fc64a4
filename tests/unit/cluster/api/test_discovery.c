/* What the API says of itself, against a real cluster's documents: resources, groups, both forms of discovery, health. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/data.h"
#include "tests/unit/cluster/api/server_fixture.h"

#define AGGREGATED "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

static bool array_has(const cJSON *array, const cJSON *wanted)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, array) {
        if (json_equal(member, wanted))
            return true;
    }
    return false;
}

/* Every member of the array that is served here is described as a real cluster describes it. */
static void assert_all_in(const cJSON *got, const cJSON *golden, const char *what)
{
    const cJSON *member = NULL;
    assert_true(cJSON_GetArraySize(got) > 0);
    cJSON_ArrayForEach (member, got) {
        AUTO_FREE char *text = json_print(member);
        if (!array_has(golden, member))
            fail_msg("%s: %s", what, text);
    }
}

static void test_resources(void **state)
{
    static const char *const names[] = {"api-v1",
                                        "apis-apps-v1",
                                        "apis-autoscaling-v1",
                                        "apis-autoscaling-v2",
                                        "apis-batch-v1",
                                        "apis-discovery.k8s.io-v1",
                                        "apis-rbac.authorization.k8s.io-v1",
                                        "apis-metrics.k8s.io-v1beta1"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int code;
        AUTO_JSON cJSON *exchange = test_data_json("golden/discovery/%s.json", names[i]);
        const cJSON *wanted = json_get(exchange, "response", "body");
        AUTO_JSON cJSON *got = fixture_get(fixture, json_text(json_get(exchange, "request", "path"), ""), &code);
        assert_int_equal(code, 200);
        assert_all_in(json_get(got, "resources"), json_get(wanted, "resources"), names[i]);
        assert_string_equal(json_text(json_get(got, "groupVersion"), ""), json_text(json_get(wanted, "groupVersion"), "-"));
    }
}

/* The groups come in the order of the real list. */
static void test_groups(void **state)
{
    struct fixture *fixture = *state;
    int code;
    AUTO_JSON cJSON *exchange = test_data_json("golden/discovery/apis.json");
    const cJSON *wanted = json_get(exchange, "response", "body", "groups");
    AUTO_JSON cJSON *got = fixture_get(fixture, "/apis", &code);
    assert_string_equal(json_text(json_get(got, "kind"), ""), "APIGroupList");
    cJSON *groups = json_get(got, "groups");
    for (cJSON *group = groups->child; group != NULL;) { /* the recorded cluster had no adapter for other metrics */
        cJSON *next = group->next;
        if (strstr(json_text(json_get(group, "name"), ""), ".metrics.k8s.io") != NULL)
            cJSON_Delete(cJSON_DetachItemViaPointer(groups, group));
        group = next;
    }
    assert_all_in(groups, wanted, "groups");
    AUTO_JSON cJSON *one = fixture_get(fixture, "/apis/autoscaling", &code);
    assert_int_equal(code, 200);
    assert_string_equal(json_text(json_get(one, "preferredVersion", "version"), ""), "v2");
    fixture_check(fixture, "GET", "/apis/nowhere.example", NULL, NULL, 404);
}

static void assert_subresources(const cJSON *got, const cJSON *golden)
{
    const cJSON *resource = NULL;
    cJSON_ArrayForEach (resource, got) {
        AUTO_JSON cJSON *bare = json_copy(resource);
        json_remove(bare, "subresources");
        const cJSON *real = NULL;
        const cJSON *same = NULL;
        cJSON_ArrayForEach (real, golden) {
            AUTO_JSON cJSON *bare_real = json_copy(real);
            json_remove(bare_real, "subresources");
            if (json_equal(bare, bare_real))
                same = real;
        }
        AUTO_FREE char *text = json_print(resource);
        if (same == NULL)
            fail_msg("%s", text);
        if (json_get(resource, "subresources") != NULL)
            assert_all_in(json_get(resource, "subresources"), json_get(same, "subresources"), text);
    }
}

static void test_aggregated(void **state)
{
    struct fixture *fixture = *state;
    int code;
    AUTO_JSON cJSON *exchange = test_data_json("golden/discovery/aggregated-api.json");
    const cJSON *wanted = json_get(exchange, "response", "body");
    const char *accept = AGGREGATED ",application/json";
    AUTO_JSON cJSON *core = fixture_ask(fixture, &(struct ask){.path = "/api", .accept = accept}, &code);
    assert_string_equal(json_text(json_get(core, "apiVersion"), ""), json_text(json_get(wanted, "apiVersion"), "-"));
    const cJSON *item = cJSON_GetArrayItem(json_get(core, "items"), 0);
    const cJSON *real = cJSON_GetArrayItem(json_get(wanted, "items"), 0);
    assert_true(json_equal(json_get(item, "metadata"), json_get(real, "metadata")));
    assert_subresources(json_get(cJSON_GetArrayItem(json_get(item, "versions"), 0), "resources"),
                        json_get(cJSON_GetArrayItem(json_get(real, "versions"), 0), "resources"));
    AUTO_JSON cJSON *groups = fixture_ask(fixture, &(struct ask){.path = "/apis", .accept = accept}, &code);
    AUTO_JSON cJSON *plain = fixture_get(fixture, "/apis", &code);
    assert_int_equal(cJSON_GetArraySize(json_get(plain, "groups")), cJSON_GetArraySize(json_get(groups, "items")));
    AUTO_JSON cJSON *older = fixture_ask(
        fixture,
        &(struct ask){.path = "/apis", .accept = "application/json;v=v2beta1;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList"},
        &code);
    assert_string_equal(json_text(json_get(older, "apiVersion"), ""), "apidiscovery.k8s.io/v2beta1");
}

/* A line of `kubectl api-resources`; short names may be missing. */
static bool is_line_of(const char *line, const struct resource *resource)
{
    char words[5][100];
    char api_version[64];
    line += strspn(line, "\n");
    AUTO_FREE char *alone = memory_copy_bytes(line, strcspn(line, "\n"));
    int count = sscanf(alone, "%99s %99s %99s %99s %99s", words[0], words[1], words[2], words[3], words[4]);
    size_t at = count == 5 ? 2 : 1;
    if (count < 4 || strcmp(words[0], resource->plural) != 0 ||
        strcmp(words[at], resource_api_version(resource, api_version)) != 0)
        return false;
    AUTO_BUFFER struct buffer names;
    buffer_init(&names, 1000);
    for (size_t i = 0; i < sizeof resource->short_names / sizeof(char *) && resource->short_names[i] != NULL; i++)
        buffer_append_format(&names, "%s%s", i > 0 ? "," : "", resource->short_names[i]);
    return strcmp(names.data, count == 5 ? words[1] : "") == 0 &&
           strcmp(words[at + 1], resource->namespaced ? "true" : "false") == 0 && strcmp(words[at + 2], resource->kind) == 0;
}

/* Every stored kind is one that kubectl lists in the same words on a real cluster. */
static void test_api_resources(void **state)
{
    (void)state;
    AUTO_FREE char *text = test_data_text("golden/kubectl/api-resources.txt");
    for (int id = 0; id < RESOURCE_COUNT; id++) {
        const struct resource *resource = resource_by_id((enum resource_id)id);
        bool found = false;
        for (const char *line = text; line != NULL && !found; line = strchr(line + 1, '\n'))
            found = is_line_of(line, resource);
        if (!found)
            fail_msg("%s", resource->plural);
    }
}

static void test_negotiation(void **state)
{
    static const char *const paths[] = {"/api", "/apis", "/apis/apps/v1", "/api/v1", "/version", "/api/v1/namespaces"};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        int code;
        AUTO_JSON cJSON *refused =
            fixture_ask(fixture, &(struct ask){.path = paths[i], .accept = "application/vnd.kubernetes.protobuf"}, &code);
        assert_int_equal(code, 406);
        assert_string_equal(json_text(json_get(refused, "reason"), ""), "NotAcceptable");
        AUTO_JSON cJSON *fallback = fixture_ask(
            fixture, &(struct ask){.path = paths[i], .accept = "application/vnd.kubernetes.protobuf,application/json"}, &code);
        assert_int_equal(code, 200);
        assert_non_null(fallback);
    }
}

static void assert_text(const struct fixture *fixture, const char *path, const char *wanted)
{
    struct ask_texts texts;
    struct test_http_answer answer;
    struct test_http_request request = ask_request(fixture, &(struct ask){.path = path}, &texts);
    test_http_send(&request, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body.data, wanted);
    test_http_release(&answer);
    ask_release(&texts);
}

static void test_health_and_version(void **state)
{
    struct fixture *fixture = *state;
    int code;
    assert_text(fixture, "/livez", "ok");
    assert_text(fixture, "/livez/ping", "ok");
    assert_text(fixture, "/livez?verbose", "[+]ping ok\nlivez check passed\n");
    assert_text(fixture, "/readyz?verbose", "[+]ping ok\nreadyz check passed\n");
    AUTO_JSON cJSON *version = fixture_get(fixture, "/version", &code);
    assert_int_equal(code, 200);
    assert_string_equal(json_text(json_get(version, "minor"), ""), "36");
    assert_non_null(strstr(json_text(json_get(version, "gitVersion"), ""), "+hpalab"));
    AUTO_JSON cJSON *root = fixture_get(fixture, "/", &code);
    AUTO_JSON cJSON *path = cJSON_CreateString("/apis/apps/v1");
    assert_true(array_has(json_get(root, "paths"), path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_resources, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_groups, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_aggregated, fixture_open, fixture_close),
        cmocka_unit_test(test_api_resources),
        cmocka_unit_test_setup_teardown(test_negotiation, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_health_and_version, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

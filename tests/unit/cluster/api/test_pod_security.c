/* Pod Security: what goes against a level, in kube-apiserver's words (tests/data/cluster/pod_security.json), and what the
 * API says when it does. */
#include "cluster/api/pod_security_checks.h"
#include "tests/support/data.h"
#include "tests/unit/cluster/api/server_fixture.h"

#define BARE                                                                                                                     \
    "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), unrestricted " \
    "capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or "         \
    "container \"c\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"c\" must set "              \
    "securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"
#define CONTAINERS "\"containers\":[{\"name\":\"c\",\"image\":\"i:1\"}]"
#define DEPLOYMENT                                                                                                               \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"selector\":"                \
    "{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{" CONTAINERS "}}}}"
#define LABEL "pod-security.kubernetes.io/"

static enum pod_security_level level_of(const char *name)
{
    if (strcmp(name, "restricted") == 0)
        return POD_SECURITY_RESTRICTED;
    return strcmp(name, "baseline") == 0 ? POD_SECURITY_BASELINE : POD_SECURITY_PRIVILEGED;
}

static void test_rules(void **state)
{
    (void)state;
    AUTO_JSON cJSON *cases = test_data_json("cluster/pod_security.json");
    const cJSON *one = NULL;
    assert_true(cJSON_GetArraySize(cases) > 15);
    cJSON_ArrayForEach (one, cases) {
        const char *name = json_text(json_get(one, "name"), "");
        const char *wanted = json_text(json_get(one, "violations"), NULL);
        AUTO_FREE char *found =
            pod_security_violations(json_get(one, "pod"), level_of(json_text(json_get(one, "level"), "")), true);
        assert_non_null(wanted);
        if (strcmp(found != NULL ? found : "", wanted) != 0)
            fail_msg("%s:\n%s\nexpected:\n%s", name, found != NULL ? found : "nothing", wanted);
    }
}

static void create_namespace(struct fixture *fixture, const char *mode, const char *level)
{
    AUTO_FREE char *namespace =
        memory_format("{\"metadata\":{\"name\":\"safe\",\"labels\":{\"" LABEL "%s\":\"%s\"}}}", mode, level);
    fixture_create(fixture, RESOURCE_NAMESPACES, "", namespace);
}

/* Asks and hands out the header Warning; the answer's code must be the wanted one. */
static void warned(struct fixture *fixture, const struct ask *ask, int code, char *warning, size_t size)
{
    struct ask_texts texts;
    struct test_http_answer answer;
    struct test_http_request request = ask_request(fixture, ask, &texts);
    test_http_send(&request, &answer);
    test_http_header(&answer, "Warning", warning, size);
    if (answer.status != code)
        fail_msg("%s: %d %s", ask->path, answer.status, answer.body.data);
    test_http_release(&answer);
    ask_release(&texts);
}

#define POST(where, what) (&(struct ask){.method = "POST", .path = (where), .content_type = "application/json", .body = (what)})
#define PATCH(where, what)                                                                                                       \
    (&(struct ask){.method = "PATCH", .path = (where), .content_type = "application/merge-patch+json", .body = (what)})

static void test_enforced(void **state)
{
    struct fixture *fixture = *state;
    char warning[2048];
    create_namespace(fixture, "enforce", "restricted");
    AUTO_JSON cJSON *refused = fixture_expect(fixture, "POST", "/api/v1/namespaces/safe/pods", "application/json",
                                              "{\"metadata\":{\"name\":\"x\"},\"spec\":{" CONTAINERS "}}", 403);
    assert_string_equal(json_text(json_get(refused, "message"), ""),
                        "pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": " BARE);
    assert_string_equal(json_text(json_get(refused, "reason"), ""), "Forbidden");
    /* What makes pods is not refused, and without the label "warn" nobody is warned. */
    warned(fixture, POST("/apis/apps/v1/namespaces/safe/deployments", DEPLOYMENT), 201, warning, sizeof warning);
    assert_string_equal(warning, "");
}

static void test_warned(void **state)
{
    struct fixture *fixture = *state;
    char warning[2048];
    create_namespace(fixture, "warn", "restricted");
    warned(fixture, POST("/apis/apps/v1/namespaces/safe/deployments", DEPLOYMENT), 201, warning, sizeof warning);
    AUTO_JSON cJSON *text = json_parse(warning + strlen("299 - "), strlen(warning) - strlen("299 - "), NULL);
    assert_string_equal(json_text(text, ""), "would violate PodSecurity \"restricted:latest\": " BARE);
    warned(fixture, POST("/api/v1/namespaces/safe/pods", "{\"metadata\":{\"name\":\"x\"},\"spec\":{" CONTAINERS "}}"), 201,
           warning, sizeof warning);
    assert_non_null(strstr(warning, "would violate PodSecurity"));
    warned(fixture, PATCH("/api/v1/namespaces/safe/pods/x", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}"), 200, warning,
           sizeof warning);
    assert_string_equal(warning, "");
    warned(fixture, PATCH("/apis/apps/v1/namespaces/safe/deployments/web", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}"), 200,
           warning, sizeof warning);
    assert_non_null(strstr(warning, "would violate PodSecurity"));
}

/* A namespace that becomes stricter: its pods stay, who did it is told, and their images cannot be changed any more. */
static void test_stricter(void **state)
{
    struct fixture *fixture = *state;
    char warning[2048];
    create_namespace(fixture, "enforce", "privileged");
    fixture_create(fixture, RESOURCE_PODS, "safe", "{\"metadata\":{\"name\":\"b\"},\"spec\":{" CONTAINERS "}}");
    fixture_create(fixture, RESOURCE_PODS, "safe", "{\"metadata\":{\"name\":\"a\"},\"spec\":{" CONTAINERS "}}");
    warned(fixture, PATCH("/api/v1/namespaces/safe", "{\"metadata\":{\"labels\":{\"" LABEL "enforce\":\"baseline\"}}}"), 200,
           warning, sizeof warning);
    assert_string_equal(warning, "");
    struct ask_texts texts;
    struct test_http_answer answer;
    struct test_http_request request =
        ask_request(fixture,
                    PATCH("/api/v1/namespaces/safe", "{\"metadata\":{\"labels\":{\"" LABEL "enforce\":\"restricted\",\"" LABEL
                                                     "enforce-version\":\"v1.36\"}}}"),
                    &texts);
    test_http_send(&request, &answer);
    assert_non_null(strstr(answer.headers.data,
                           "299 - \"existing pods in namespace \\\"safe\\\" violate the new PodSecurity enforce "
                           "level \\\"restricted:v1.36\\\"\""));
    assert_non_null(strstr(answer.headers.data, "299 - \"a (and 1 other pod): allowPrivilegeEscalation != false, unrestricted "
                                                "capabilities, runAsNonRoot != true, seccompProfile\""));
    test_http_release(&answer);
    ask_release(&texts);
    fixture_check(fixture, "PATCH", "/api/v1/namespaces/safe/pods/a", "application/merge-patch+json",
                  "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}", 200);
    fixture_check(fixture, "PATCH", "/api/v1/namespaces/safe/pods/a", "application/strategic-merge-patch+json",
                  "{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i:2\"}]}}", 403);
}

static void test_labels(void **state)
{
    struct fixture *fixture = *state;
    AUTO_JSON cJSON *level =
        fixture_expect(fixture, "POST", "/api/v1/namespaces", "application/json",
                       "{\"metadata\":{\"name\":\"typo\",\"labels\":{\"" LABEL "enforce\":\"strict\"}}}", 422);
    assert_string_equal(json_text(json_get(level, "message"), ""), "Namespace \"typo\" is invalid: metadata.labels[" LABEL
                                                                   "enforce]: Invalid value: \"strict\": must be one of "
                                                                   "privileged, baseline, restricted");
    static const char *const versions[] = {"1.36", "v1", "v1.", "v1.01", "v2.1", "v1.x", "Latest"};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        AUTO_FREE char *namespace =
            memory_format("{\"metadata\":{\"name\":\"typo\",\"labels\":{\"" LABEL "warn-version\":\"%s\"}}}", versions[i]);
        AUTO_JSON cJSON *version = fixture_expect(fixture, "POST", "/api/v1/namespaces", "application/json", namespace, 422);
        assert_non_null(strstr(json_text(json_get(version, "message"), ""), "must be \"latest\" or \"v1.x\""));
    }
}

/* What the security context has not, is told like any other mistake. */
static void test_unknown_members(void **state)
{
    AUTO_JSON cJSON *refused = fixture_expect(
        *state, "POST", "/api/v1/namespaces/default/pods?fieldValidation=Strict", "application/json",
        "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"securityContext\":{\"runAsNonroot\":true},\"containers\":[{\"name\":"
        "\"c\",\"image\":\"i:1\",\"securityContext\":{\"capabilities\":{\"dorp\":[\"ALL\"]}}}]}}",
        400);
    assert_non_null(strstr(json_text(json_get(refused, "message"), ""), "unknown field \"spec.securityContext.runAsNonroot\""));
    assert_non_null(strstr(json_text(json_get(refused, "message"), ""),
                           "unknown field \"spec.containers[0].securityContext.capabilities.dorp\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test_setup_teardown(test_enforced, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_warned, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_stricter, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_labels, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_unknown_members, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests_name("cluster/api/pod_security", tests, NULL, NULL);
}

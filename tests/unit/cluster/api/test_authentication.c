/* Tokens and who they stand for: forged, late and orphaned ones are nobody's; impersonation; what a request wants. */
#include "tests/unit/cluster/api/registry_fixture.h"

#include "cluster/api/authentication.h"
#include "cluster/api/authorization.h"
#include "cluster/api/service_account_token.h"
#include "common/clock.h"

#define NOW (INT64_C(1800000000) * NANOSECONDS_PER_SECOND)
#define ACCOUNT "{\"metadata\":{\"name\":\"app\"}}"
#define POD_TEXT "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}"

struct tokens {
    struct fixture *fixture;
    struct json_web_key *key;
};

static int tokens_open(void **state)
{
    struct tokens *tokens = memory_allocate(1, sizeof *tokens);
    void *fixture = NULL;
    (void)set_up(&fixture);
    tokens->fixture = fixture;
    tokens->key = json_web_key_create(NULL);
    assert_non_null(tokens->key);
    create_only(tokens->fixture, RESOURCE_SERVICEACCOUNTS, "default", ACCOUNT);
    create_only(tokens->fixture, RESOURCE_PODS, "default", POD_TEXT);
    *state = tokens;
    return 0;
}

static int tokens_close(void **state)
{
    struct tokens *tokens = *state;
    void *fixture = tokens->fixture;
    json_web_key_destroy(tokens->key);
    free(tokens);
    return tear_down(&fixture);
}

static char *issue(struct tokens *tokens, bool of_pod)
{
    AUTO_OBJECT struct object *pod = of_pod ? get(tokens->fixture, RESOURCE_PODS, "default", "p") : NULL;
    const struct token_request wanted = {.namespace = "default", .account = "app", .pod = pod, .seconds = 600};
    AUTO_STATUS struct status status = {0};
    char *token = service_account_token_issue(tokens->key, tokens->fixture->store, &wanted, NOW, &status);
    if (token == NULL)
        fail_msg("%s", status_message(&status));
    return token;
}

static struct caller *caller_at(struct tokens *tokens, const char *token, int64_t seconds)
{
    return service_account_token_caller(tokens->key, tokens->fixture->store, token, NULL, NOW + seconds * NANOSECONDS_PER_SECOND);
}

static bool is_known(struct tokens *tokens, const char *token, int64_t seconds)
{
    AUTO_CALLER struct caller *caller = caller_at(tokens, token, seconds);
    return caller != NULL;
}

static void remove_now(struct tokens *tokens, enum resource_id resource, const char *name)
{
    const struct delete_options options = {.grace_seconds = 0};
    assert_int_equal(registry_delete(tokens->fixture->registry, resource, "default", name, &options, NULL, NULL, NULL), 0);
}

static void test_token_of_a_pod(void **state)
{
    struct tokens *tokens = *state;
    AUTO_FREE char *token = issue(tokens, true);
    AUTO_CALLER struct caller *caller = caller_at(tokens, token, 1);
    assert_non_null(caller);
    assert_string_equal(caller->user, "system:serviceaccount:default:app");
    assert_true(caller_has_group(caller, "system:serviceaccounts"));
    assert_true(caller_has_group(caller, "system:serviceaccounts:default"));
    assert_true(caller_has_group(caller, "system:authenticated"));
    assert_false(caller_has_group(caller, "system:masters"));
    assert_string_equal(json_text(cJSON_GetArrayItem(json_get(caller->extra, "authentication.kubernetes.io/pod-name"), 0), ""),
                        "p");
}

static void test_token_ends_in_time(void **state)
{
    struct tokens *tokens = *state;
    AUTO_FREE char *token = issue(tokens, false);
    assert_true(is_known(tokens, token, 599));
    assert_false(is_known(tokens, token, 600));
    assert_false(is_known(tokens, token, -60));
}

static void test_token_ends_with_its_pod(void **state)
{
    struct tokens *tokens = *state;
    AUTO_FREE char *token = issue(tokens, true);
    AUTO_FREE char *of_account = issue(tokens, false);
    remove_now(tokens, RESOURCE_PODS, "p");
    assert_false(is_known(tokens, token, 1));
    create_only(tokens->fixture, RESOURCE_PODS, "default", POD_TEXT); /* another pod of that name */
    assert_false(is_known(tokens, token, 1));
    assert_true(is_known(tokens, of_account, 1));
}

static void test_token_ends_with_its_account(void **state)
{
    struct tokens *tokens = *state;
    AUTO_FREE char *token = issue(tokens, false);
    remove_now(tokens, RESOURCE_SERVICEACCOUNTS, "app");
    assert_false(is_known(tokens, token, 1));
    create_only(tokens->fixture, RESOURCE_SERVICEACCOUNTS, "default", ACCOUNT);
    assert_false(is_known(tokens, token, 1));
}

static void test_audiences(void **state)
{
    struct tokens *tokens = *state;
    AUTO_JSON cJSON *audiences = parse("[\"vault\"]");
    const struct token_request wanted = {.namespace = "default", .account = "app", .audiences = audiences, .seconds = 600};
    AUTO_FREE char *token = service_account_token_issue(tokens->key, tokens->fixture->store, &wanted, NOW, NULL);
    AUTO_CALLER struct caller *caller =
        service_account_token_caller(tokens->key, tokens->fixture->store, token, audiences, NOW + 1);
    assert_non_null(caller);
    assert_false(is_known(tokens, token, 1)); /* not for the API server */
}

/* Each character in turn becomes another one; and pieces are cut off. */
static void test_forged_tokens(void **state)
{
    struct tokens *tokens = *state;
    AUTO_FREE char *token = issue(tokens, false);
    size_t length = strlen(token);
    for (size_t i = 0; i + 1 < length; i++) { /* the last one has bits that say nothing */
        char saved = token[i];
        token[i] = saved == 'A' ? 'B' : 'A';
        if (is_known(tokens, token, 1))
            fail_msg("character %zu does not matter", i);
        token[i] = saved;
    }
    for (size_t i = 0; i < length; i++) {
        AUTO_FREE char *part = memory_copy_bytes(token, i);
        assert_false(is_known(tokens, part, 1));
        assert_false(is_known(tokens, token + i + 1, 1));
    }
    struct json_web_key *other = json_web_key_create(NULL);
    AUTO_JSON cJSON *claims = json_web_token_verify(tokens->key, token);
    AUTO_FREE char *foreign = json_web_token_sign(other, claims);
    assert_non_null(foreign);
    assert_false(is_known(tokens, foreign, 1));
    json_web_key_destroy(other);
}

static void test_header(void **state)
{
    struct tokens *tokens = *state;
    struct store *store = tokens->fixture->store;
    const struct credentials credentials = {.token = (char[]){"secret"}, .account_key = tokens->key};
    static const char *const refused[] = {NULL,           "",          "secret",       "Basic secret",
                                          "Bearer",       "Bearer ",   "Bearer secre", "Bearer secrets",
                                          "Bearer a.b.c", "Bearer ..", "Bearer ......"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_null(authenticate_header(&credentials, store, refused[i], NOW));
    AUTO_CALLER struct caller *caller = authenticate_header(&credentials, store, "bearer  secret", NOW);
    assert_non_null(caller);
    assert_string_equal(caller->user, ADMINISTRATOR);
    assert_true(caller_has_group(caller, GROUP_MASTERS));
}

static void test_impersonation(void **state)
{
    struct tokens *tokens = *state;
    AUTO_STATUS struct status status = {0};
    AUTO_CALLER struct caller *caller = caller_create("root", "");
    caller_add_group(caller, GROUP_MASTERS);
    const struct impersonation wanted = {.user = "system:serviceaccount:default:app"};
    assert_int_equal(authenticate_impersonation(tokens->fixture->store, &wanted, &caller, &status), 0);
    assert_string_equal(caller->user, "system:serviceaccount:default:app");
    assert_true(caller_has_group(caller, "system:serviceaccounts:default"));
    assert_false(caller_has_group(caller, GROUP_MASTERS));
    const struct impersonation back = {.user = "root", .groups = {GROUP_MASTERS}, .group_count = 1};
    assert_int_equal(authenticate_impersonation(tokens->fixture->store, &back, &caller, &status), -1);
    assert_int_equal(status.code, 403);
    assert_string_equal(status_message(&status), "users \"root\" is forbidden: User \"system:serviceaccount:default:app\" cannot "
                                                 "impersonate resource \"users\" in API group \"\" at the cluster scope");
    const struct impersonation nobody = {.groups = {"g"}, .group_count = 1};
    assert_int_equal(authenticate_impersonation(tokens->fixture->store, &nobody, &caller, &status), -1);
}

static const struct request_case {
    const char *method;
    const char *uri;
    const char *wanted; /* verb group resource/subresource namespace name, or verb path */
} request_cases[] = {
    {"GET", "/api/v1/pods", "list |pods|||"},
    {"GET", "/api/v1/namespaces/a/pods?watch=1", "watch |pods||a|"},
    {"GET", "/api/v1/namespaces/a/pods/b", "get |pods||a|b"},
    {"GET", "/api/v1/namespaces/a/pods/b/log", "get |pods|log|a|b"},
    {"GET", "/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Db", "list |pods||a|b"},
    {"GET", "/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Db,x%3Dy", "list |pods||a|"},
    {"POST", "/apis/apps/v1/namespaces/a/deployments", "create apps|deployments||a|"},
    {"PATCH", "/apis/apps/v1/namespaces/a/deployments/b/scale", "patch apps|deployments|scale|a|b"},
    {"PUT", "/api/v1/namespaces/a/finalize", "update |namespaces|finalize|a|a"},
    {"DELETE", "/api/v1/namespaces/a", "delete |namespaces||a|a"},
    {"DELETE", "/api/v1/namespaces/a/pods", "deletecollection |pods||a|"},
    {"GET", "/api/v1/namespaces", "list |namespaces|||"},
    {"GET", "/api/v1/nodes/n/status", "get |nodes|status||n"},
    {"GET", "/api/v1//namespaces/a//pods", "list |pods||a|"},
    {"GET", "/apis/apps/v1", "get /apis/apps/v1"},
    {"POST", "/version", "post /version"},
};

static void test_what_a_request_wants(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof request_cases / sizeof request_cases[0]; i++) {
        struct http_request request = {.method = memory_copy_text(request_cases[i].method)};
        struct access access;
        char verb[16];
        assert_int_equal(http_request_parse_uri(&request, request_cases[i].uri), 0);
        authorization_read(&request, &access, verb);
        AUTO_FREE char *text = access.is_resource ? memory_format("%s %s|%s|%s|%s|%s", access.verb, access.group, access.resource,
                                                                  access.subresource, access.namespace, access.name)
                                                  : memory_format("%s %s", access.verb, access.path);
        assert_string_equal(text, request_cases[i].wanted);
        http_request_release(&request);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_token_of_a_pod, tokens_open, tokens_close),
        cmocka_unit_test_setup_teardown(test_token_ends_in_time, tokens_open, tokens_close),
        cmocka_unit_test_setup_teardown(test_token_ends_with_its_pod, tokens_open, tokens_close),
        cmocka_unit_test_setup_teardown(test_token_ends_with_its_account, tokens_open, tokens_close),
        cmocka_unit_test_setup_teardown(test_audiences, tokens_open, tokens_close),
        cmocka_unit_test_setup_teardown(test_forged_tokens, tokens_open, tokens_close),
        cmocka_unit_test_setup_teardown(test_header, tokens_open, tokens_close),
        cmocka_unit_test_setup_teardown(test_impersonation, tokens_open, tokens_close),
        cmocka_unit_test(test_what_a_request_wants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

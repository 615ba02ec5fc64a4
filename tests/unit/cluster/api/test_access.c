/* Authorization: what one rule allows, to whom bindings give rules, and that without a binding nothing is allowed. */
#include "tests/unit/cluster/api/registry_fixture.h"

#include "cluster/api/access_rule.h"
#include "cluster/api/escalation.h"

#define ACCOUNT "system:serviceaccount:default:app"

struct wish {
    const char *verb, *group, *resource, *subresource, *name, *path;
};

static struct access access_of(const struct wish *wish, const struct caller *caller, const char *namespace)
{
    return (struct access){.caller = caller,
                           .verb = wish->verb,
                           .is_resource = wish->path == NULL,
                           .group = wish->group != NULL ? wish->group : "",
                           .resource = wish->resource != NULL ? wish->resource : "",
                           .subresource = wish->subresource != NULL ? wish->subresource : "",
                           .namespace = namespace,
                           .name = wish->name != NULL ? wish->name : "",
                           .path = wish->path != NULL ? wish->path : ""};
}

#define PODS(verb_text)                                                                                                          \
    {                                                                                                                            \
        .verb = (verb_text), .resource = "pods"                                                                                  \
    }
#define RULE(groups, resources, verbs) "{\"apiGroups\":[" groups "],\"resources\":[" resources "],\"verbs\":[" verbs "]}"
#define URLS(urls) "{\"nonResourceURLs\":[" urls "],\"verbs\":[\"get\"]}"

static const struct rule_case {
    const char *rule;
    struct wish wish;
    bool allowed;
} rule_cases[] = {
    {RULE("\"\"", "\"pods\"", "\"get\""), PODS("get"), true},
    {RULE("\"\"", "\"pods\"", "\"get\""), PODS("list"), false},
    {RULE("\"\"", "\"pods\"", "\"*\""), PODS("anything"), true},
    {RULE("\"apps\"", "\"pods\"", "\"get\""), PODS("get"), false},
    {RULE("\"*\"", "\"pods\"", "\"get\""), {.verb = "get", .group = "apps", .resource = "pods"}, true},
    {RULE("\"\"", "\"services\"", "\"get\""), PODS("get"), false},
    {RULE("\"\"", "\"*\"", "\"get\""), {.verb = "get", .resource = "pods", .subresource = "log"}, true},
    {RULE("\"\"", "\"pods\"", "\"get\""), {.verb = "get", .resource = "pods", .subresource = "log"}, false},
    {RULE("\"\"", "\"pods/log\"", "\"get\""), {.verb = "get", .resource = "pods", .subresource = "log"}, true},
    {RULE("\"\"", "\"pods/log\"", "\"get\""), PODS("get"), false},
    {RULE("\"\"", "\"pods/log\"", "\"get\""), {.verb = "get", .resource = "pods", .subresource = "logs"}, false},
    {RULE("\"\"", "\"pod/log\"", "\"get\""), {.verb = "get", .resource = "pods", .subresource = "log"}, false},
    {RULE("\"\"", "\"*/scale\"", "\"get\""), {.verb = "get", .resource = "anything", .subresource = "scale"}, true},
    {RULE("\"\"", "\"*/scale\"", "\"get\""), {.verb = "get", .resource = "scale"}, false},
    {RULE("\"\"", "\"*/\"", "\"get\""), PODS("get"), false},
    {RULE("\"\"", "\"pods\"", ""), PODS("get"), false},
    {RULE("", "\"pods\"", "\"get\""), PODS("get"), false},
    {RULE("\"\"", "", "\"get\""), PODS("get"), false},
    {"{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"get\"],\"resourceNames\":[\"a\"]}",
     {.verb = "get", .resource = "pods", .name = "a"},
     true},
    {"{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"get\"],\"resourceNames\":[\"a\"]}",
     {.verb = "get", .resource = "pods", .name = "b"},
     false},
    {"{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"list\"],\"resourceNames\":[\"a\"]}", PODS("list"), false},
    {"{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"get\"],\"resourceNames\":[\"*\"]}",
     {.verb = "get", .resource = "pods", .name = "a"},
     false},
    {URLS("\"/healthz\""), {.verb = "get", .path = "/healthz"}, true},
    {URLS("\"/healthz\""), {.verb = "get", .path = "/healthz/etcd"}, false},
    {URLS("\"/healthz/*\""), {.verb = "get", .path = "/healthz/etcd"}, true},
    {URLS("\"/healthz/*\""), {.verb = "get", .path = "/healthz"}, false},
    {URLS("\"*\""), {.verb = "get", .path = "/anything"}, true},
    {URLS("\"*\""), {.verb = "post", .path = "/anything"}, false},
    {URLS("\"*\""), PODS("get"), false},
    {RULE("\"*\"", "\"*\"", "\"*\""), {.verb = "get", .path = "/healthz"}, false},
    {"{}", PODS("get"), false},
};

static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rule_cases / sizeof rule_cases[0]; i++) {
        AUTO_JSON cJSON *rule = parse(rule_cases[i].rule);
        const struct access access = access_of(&rule_cases[i].wish, NULL, "default");
        if (access_rule_allows(rule, &access) != rule_cases[i].allowed)
            fail_msg("case %zu: %s should %s", i, rule_cases[i].rule, rule_cases[i].allowed ? "allow" : "not allow");
    }
}

static bool may(struct fixture *fixture, const struct caller *caller, const char *verb, const char *resource,
                const char *namespace)
{
    const struct wish wish = {.verb = verb, .resource = resource};
    const struct access access = access_of(&wish, caller, namespace);
    return access_is_allowed(fixture->store, &access, NULL);
}

#define ROLE(name) "{\"metadata\":{\"name\":\"" name "\"},\"rules\":[" RULE("\"\"", "\"pods\"", "\"get\",\"list\"") "]}"
#define BINDING(kind, name, subject)                                                                                             \
    "{\"metadata\":{\"name\":\"b\"},\"roleRef\":{\"kind\":\"" kind "\",\"name\":\"" name "\"},\"subjects\":[" subject "]}"

/* A Role and a ClusterRole that nobody has: nothing is allowed, whatever is asked. */
static void test_nothing_without_a_binding(void **state)
{
    struct fixture *fixture = *state;
    static const char *const verbs[] = {"get", "list", "watch", "create", "update", "patch", "delete", "*", ""};
    static const char *const resources[] = {"pods", "secrets", "nodes", "*", ""};
    static const char *const groups[] = {"", "apps", "*"};
    static const char *const namespaces[] = {"", "default", "other", "nowhere"};
    object_release(create(fixture, RESOURCE_ROLES, "default", ROLE("r")));
    object_release(create(fixture, RESOURCE_CLUSTERROLES, NULL,
                          "{\"metadata\":{\"name\":\"all\"},\"rules\":[" RULE("\"*\"", "\"*\"", "\"*\"") "]}"));
    object_release(create(fixture, RESOURCE_ROLEBINDINGS, "default", BINDING("Role", "r", "{\"kind\":\"User\",\"name\":\"x\"}")));
    AUTO_CALLER struct caller *caller = caller_of_service_account("default", "app", "u");
    for (size_t i = 0; i < 9 * 5 * 3 * 4; i++) {
        const struct wish wish = {.verb = verbs[i % 9], .resource = resources[i / 9 % 5], .group = groups[i / 45 % 3]};
        const struct access access = access_of(&wish, caller, namespaces[i / 135]);
        if (access_is_allowed(fixture->store, &access, NULL))
            fail_msg("%s %s in %s is allowed", wish.verb, wish.resource, namespaces[i / 135]);
        const struct wish path = {.verb = verbs[i % 9], .path = "/version"};
        const struct access other = access_of(&path, caller, "");
        assert_false(access_is_allowed(fixture->store, &other, NULL));
    }
}

static void test_role_binding(void **state)
{
    struct fixture *fixture = *state;
    AUTO_CALLER struct caller *caller = caller_of_service_account("default", "app", "u");
    AUTO_CALLER struct caller *stranger = caller_of_service_account("other", "app", "u");
    object_release(create(fixture, RESOURCE_ROLES, "default", ROLE("r")));
    object_release(create(fixture, RESOURCE_ROLEBINDINGS, "default",
                          BINDING("Role", "r", "{\"kind\":\"ServiceAccount\",\"name\":\"app\"}")));
    assert_true(may(fixture, caller, "list", "pods", "default"));
    assert_false(may(fixture, caller, "delete", "pods", "default"));
    assert_false(may(fixture, caller, "list", "pods", "other"));
    assert_false(may(fixture, caller, "list", "pods", ""));
    assert_false(may(fixture, stranger, "list", "pods", "default"));
}

static void test_cluster_role_in_one_namespace(void **state)
{
    struct fixture *fixture = *state;
    AUTO_CALLER struct caller *caller = caller_create("anna", "");
    object_release(create(fixture, RESOURCE_CLUSTERROLES, NULL, ROLE("r")));
    object_release(
        create(fixture, RESOURCE_ROLEBINDINGS, "default", BINDING("ClusterRole", "r", "{\"kind\":\"User\",\"name\":\"anna\"}")));
    assert_true(may(fixture, caller, "list", "pods", "default"));
    assert_false(may(fixture, caller, "list", "pods", "other"));
    assert_false(may(fixture, caller, "list", "pods", ""));
}

static void test_cluster_role_binding(void **state)
{
    struct fixture *fixture = *state;
    AUTO_CALLER struct caller *caller = caller_of_service_account("other", "app", "u");
    object_release(create(fixture, RESOURCE_CLUSTERROLES, NULL, ROLE("r")));
    object_release(create(fixture, RESOURCE_CLUSTERROLEBINDINGS, NULL,
                          BINDING("ClusterRole", "r", "{\"kind\":\"Group\",\"name\":\"system:serviceaccounts:other\"}")));
    assert_true(may(fixture, caller, "list", "pods", "default"));
    assert_true(may(fixture, caller, "list", "pods", ""));
    assert_false(may(fixture, caller, "create", "pods", "other"));
}

static void test_masters_may_everything(void **state)
{
    struct fixture *fixture = *state;
    AUTO_CALLER struct caller *caller = caller_create("root", "");
    assert_false(may(fixture, caller, "delete", "nodes", ""));
    caller_add_group(caller, GROUP_MASTERS);
    assert_true(may(fixture, caller, "delete", "nodes", ""));
}

static void check_words(struct fixture *fixture, const struct wish *wish, const char *namespace, const char *message)
{
    AUTO_CALLER struct caller *caller = caller_of_service_account("default", "app", "u");
    const struct access access = access_of(wish, caller, namespace);
    AUTO_STATUS struct status status = {0};
    AUTO_FREE char *reason = NULL;
    assert_false(access_is_allowed(fixture->store, &access, &reason));
    access_refuse(&access, reason, &status);
    assert_int_equal(status.code, 403);
    assert_string_equal(status.reason, "Forbidden");
    assert_string_equal(status_message(&status), message);
}

static void test_words(void **state)
{
    struct fixture *fixture = *state;
    check_words(fixture, &(struct wish)PODS("list"), "default",
                "pods is forbidden: User \"" ACCOUNT "\" cannot list resource \"pods\" in API group \"\" in the namespace "
                "\"default\"");
    check_words(fixture, &(struct wish){.verb = "get", .group = "apps", .resource = "deployments", .name = "web"}, "default",
                "deployments.apps \"web\" is forbidden: User \"" ACCOUNT
                "\" cannot get resource \"deployments\" in API group \"apps\" in the namespace \"default\"");
    check_words(fixture, &(struct wish){.verb = "get", .resource = "pods", .subresource = "log", .name = "a"}, "default",
                "pods \"a\" is forbidden: User \"" ACCOUNT
                "\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"default\"");
    check_words(fixture, &(struct wish){.verb = "list", .resource = "nodes"}, "",
                "nodes is forbidden: User \"" ACCOUNT "\" cannot list resource \"nodes\" in API group \"\" at the cluster scope");
    check_words(fixture, &(struct wish){.verb = "get", .path = "/metrics"}, "",
                "forbidden: User \"" ACCOUNT "\" cannot get path \"/metrics\"");
    object_release(create(fixture, RESOURCE_ROLEBINDINGS, "default",
                          BINDING("Role", "gone", "{\"kind\":\"ServiceAccount\",\"name\":\"app\"}")));
    check_words(fixture, &(struct wish)PODS("list"), "default",
                "pods is forbidden: User \"" ACCOUNT "\" cannot list resource \"pods\" in API group \"\" in the namespace "
                "\"default\": RBAC: role.rbac.authorization.k8s.io \"gone\" not found");
}

static void test_reason_of_what_is_allowed(void **state)
{
    struct fixture *fixture = *state;
    AUTO_CALLER struct caller *caller = caller_of_service_account("default", "app", "u");
    const struct access access = access_of(&(struct wish)PODS("list"), caller, "default");
    AUTO_FREE char *reason = NULL;
    object_release(create(fixture, RESOURCE_ROLES, "default", ROLE("r")));
    object_release(create(fixture, RESOURCE_ROLEBINDINGS, "default",
                          BINDING("Role", "r", "{\"kind\":\"ServiceAccount\",\"name\":\"app\"}")));
    assert_true(access_is_allowed(fixture->store, &access, &reason));
    assert_string_equal(reason, "RBAC: allowed by RoleBinding \"b/default\" of Role \"r\" to ServiceAccount \"app/default\"");
}

static int grant(struct fixture *fixture, const struct caller *caller, const char *verb, const char *resource)
{
    const struct wish wish = {.verb = verb, .group = "rbac.authorization.k8s.io", .resource = resource};
    const struct access access = access_of(&wish, caller, "default");
    AUTO_STATUS struct status status = {0};
    int outcome = escalation_check(fixture->store, &access, &status);
    assert_int_equal(status.code, outcome == 0 ? 0 : 403);
    return outcome;
}

/* Who may write roles cannot give away what they do not have. */
static void test_escalation(void **state)
{
    struct fixture *fixture = *state;
    AUTO_CALLER struct caller *caller = caller_create("anna", "");
    AUTO_CALLER struct caller *master = caller_create("root", "");
    caller_add_group(master, GROUP_MASTERS);
    assert_int_equal(grant(fixture, master, "create", "roles"), 0);
    assert_int_equal(grant(fixture, caller, "create", "roles"), -1);
    assert_int_equal(grant(fixture, caller, "patch", "rolebindings"), -1);
    assert_int_equal(grant(fixture, caller, "update", "clusterrolebindings"), -1);
    assert_int_equal(grant(fixture, caller, "delete", "roles"), 0);
    object_release(create(fixture, RESOURCE_CLUSTERROLES, NULL,
                          "{\"metadata\":{\"name\":\"r\"},\"rules\":[" RULE("\"rbac.authorization.k8s.io\"", "\"*\"",
                                                                            "\"escalate\",\"bind\"") "]}"));
    object_release(
        create(fixture, RESOURCE_ROLEBINDINGS, "default", BINDING("ClusterRole", "r", "{\"kind\":\"User\",\"name\":\"anna\"}")));
    assert_int_equal(grant(fixture, caller, "create", "roles"), 0);
    assert_int_equal(grant(fixture, caller, "patch", "rolebindings"), 0);
    assert_int_equal(grant(fixture, caller, "update", "clusterrolebindings"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test_setup_teardown(test_nothing_without_a_binding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_role_binding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cluster_role_in_one_namespace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cluster_role_binding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_masters_may_everything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reason_of_what_is_allowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_escalation, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

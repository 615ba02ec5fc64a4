/* What is judged of Secrets and of the kinds of rbac.authorization.k8s.io. */
#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"
#include "common/base64.h"

#define SECRET_MAXIMUM ((size_t)1024 * 1024)
#define ACCESS_GROUP "rbac.authorization.k8s.io"

/* The bytes that base64 text stands for. */
static size_t decoded_size(const char *text)
{
    size_t length = strlen(text);
    size_t padding = length > 0 && text[length - 1] == '=' ? 1 : 0;
    padding += length > 1 && text[length - 2] == '=' ? 1 : 0;
    return length / 4 * 3 - padding;
}

/* What a type of Secret must hold: all of its keys (one of them for basic-auth). */
static const struct secret_type {
    const char *type;
    const char *keys[2];
    bool one_is_enough;
} secret_types[] = {
    {.type = "kubernetes.io/dockercfg", .keys = {".dockercfg"}},
    {.type = "kubernetes.io/dockerconfigjson", .keys = {".dockerconfigjson"}},
    {.type = "kubernetes.io/basic-auth", .keys = {"username", "password"}, .one_is_enough = true},
    {.type = "kubernetes.io/ssh-auth", .keys = {"ssh-privatekey"}},
    {.type = "kubernetes.io/tls", .keys = {"tls.crt", "tls.key"}},
};

static void check_secret_keys(const struct secret_type *type, const cJSON *data, struct problems *problems)
{
    bool one_is_there = false;
    for (size_t i = 0; i < 2 && type->keys[i] != NULL; i++)
        one_is_there = one_is_there || json_get(data, type->keys[i]) != NULL;
    for (size_t i = 0; i < 2 && type->keys[i] != NULL; i++) {
        if (json_get(data, type->keys[i]) == NULL && !(type->one_is_enough && one_is_there))
            problem_required(problems, PATH_KEY(PATH_ROOT("data"), type->keys[i]), "");
    }
}

/* Registry logins are JSON. */
static void check_docker_json(const char *key, const cJSON *data, struct problems *problems)
{
    const char *text = json_text(json_get(data, key), NULL);
    size_t length = 0;
    AUTO_FREE char *bytes = text != NULL ? base64_decode(text, &length, NULL) : NULL;
    if (bytes == NULL)
        return;
    AUTO_JSON cJSON *tree = json_parse(bytes, length, NULL);
    if (tree == NULL)
        problem_invalid_text(problems, PATH_KEY(PATH_ROOT("data"), key), "<secret contents redacted>", "%s",
                             length == 0 ? "unexpected end of JSON input" : "invalid character in JSON");
}

static void check_secret_type(const cJSON *secret, struct problems *problems)
{
    const char *type = json_text(json_get(secret, "type"), "");
    const cJSON *data = json_get(secret, "data");
    if (strcmp(type, "kubernetes.io/service-account-token") == 0 &&
        json_text(json_get(secret, "metadata", "annotations", "kubernetes.io/service-account.name"), "")[0] == '\0')
        problem_required(problems,
                         PATH_KEY(PATH_CHILD(PATH_ROOT("metadata"), "annotations"), "kubernetes.io/service-account.name"), "");
    for (size_t i = 0; i < sizeof secret_types / sizeof secret_types[0]; i++) {
        if (strcmp(type, secret_types[i].type) == 0)
            check_secret_keys(&secret_types[i], data, problems);
    }
    if (strncmp(type, "kubernetes.io/docker", strlen("kubernetes.io/docker")) == 0)
        check_docker_json(strcmp(type, "kubernetes.io/dockercfg") == 0 ? ".dockercfg" : ".dockerconfigjson", data, problems);
}

void secret_validate(const cJSON *secret, struct problems *problems)
{
    size_t size = 0;
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, json_get(secret, "data")) {
        const char *problem = name_configuration_key_problem(entry->string);
        if (problem != NULL)
            problem_invalid_text(problems, PATH_KEY(PATH_ROOT("data"), entry->string), entry->string, "%s", problem);
        size += decoded_size(json_text(entry, ""));
    }
    if (size > SECRET_MAXIMUM)
        problem_too_long(problems, PATH_ROOT("data"), SECRET_MAXIMUM);
    check_secret_type(secret, problems);
}

void secret_validate_update(const cJSON *secret, const cJSON *old, struct problems *problems)
{
    if (!json_equal(json_get(secret, "type"), json_get(old, "type")))
        problem_invalid(problems, PATH_ROOT("type"), json_get(secret, "type"), "field is immutable");
    if (!json_boolean(json_get(old, "immutable"), false))
        return;
    if (!json_boolean(json_get(secret, "immutable"), false))
        problem_forbidden(problems, PATH_ROOT("immutable"), "field is immutable when `immutable` is set");
    if (!json_equal(json_get(secret, "data"), json_get(old, "data")))
        problem_forbidden(problems, PATH_ROOT("data"), "field is immutable when `immutable` is set");
}

static void check_rule(const cJSON *rule, bool namespaced, const struct field_path *path, struct problems *problems)
{
    const cJSON *urls = json_get(rule, "nonResourceURLs");
    bool groups = cJSON_GetArraySize(json_get(rule, "apiGroups")) > 0;
    bool resources = cJSON_GetArraySize(json_get(rule, "resources")) > 0;
    bool names = cJSON_GetArraySize(json_get(rule, "resourceNames")) > 0;
    if (cJSON_GetArraySize(json_get(rule, "verbs")) == 0)
        problem_required(problems, PATH_CHILD(path, "verbs"), "verbs must contain at least one value");
    if (cJSON_GetArraySize(urls) > 0) {
        if (namespaced)
            problem_invalid(problems, PATH_CHILD(path, "nonResourceURLs"), urls,
                            "namespaced rules cannot apply to non-resource URLs");
        if (groups || resources || names)
            problem_invalid(problems, PATH_CHILD(path, "nonResourceURLs"), urls,
                            "rules cannot apply to both regular resources and non-resource URLs");
        return;
    }
    if (!groups)
        problem_required(problems, PATH_CHILD(path, "apiGroups"), "resource rules must supply at least one api group");
    if (!resources)
        problem_required(problems, PATH_CHILD(path, "resources"), "resource rules must supply at least one resource");
}

static void check_rules(const cJSON *role, bool namespaced, struct problems *problems)
{
    int index = 0;
    const cJSON *rule = NULL;
    cJSON_ArrayForEach (rule, json_get(role, "rules"))
        check_rule(rule, namespaced, PATH_INDEX(PATH_ROOT("rules"), index++), problems);
}

void role_validate(const cJSON *role, struct problems *problems)
{
    check_rules(role, true, problems);
}

void cluster_role_validate(const cJSON *role, struct problems *problems)
{
    const cJSON *aggregation = json_get(role, "aggregationRule");
    const struct field_path *path = PATH_CHILD(PATH_ROOT("aggregationRule"), "clusterRoleSelectors");
    const cJSON *selectors = json_get(aggregation, "clusterRoleSelectors");
    int index = 0;
    const cJSON *selector = NULL;
    check_rules(role, false, problems);
    if (aggregation != NULL && cJSON_GetArraySize(selectors) == 0)
        problem_required(problems, path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
    cJSON_ArrayForEach (selector, selectors)
        validate_label_selector(selector, PATH_INDEX(path, index++), problems);
}

static void check_service_account(const cJSON *subject, bool namespaced, const struct field_path *path, struct problems *problems)
{
    static const char *const groups[] = {"", NULL};
    const char *name = json_text(json_get(subject, "name"), "");
    const char *problem = name[0] != '\0' ? name_subdomain_problem(name) : NULL;
    const char *group = json_text(json_get(subject, "apiGroup"), "");
    if (problem != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "name"), name, "%s", problem);
    if (group[0] != '\0')
        problem_not_supported(problems, PATH_CHILD(path, "apiGroup"), group, groups);
    if (!namespaced && json_text(json_get(subject, "namespace"), "")[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "namespace"), "");
}

static void check_subject(const cJSON *subject, bool namespaced, const struct field_path *path, struct problems *problems)
{
    static const char *const kinds[] = {"ServiceAccount", "User", "Group", NULL};
    static const char *const groups[] = {ACCESS_GROUP, NULL};
    const char *kind = json_text(json_get(subject, "kind"), "");
    const char *group = json_text(json_get(subject, "apiGroup"), "");
    if (json_text(json_get(subject, "name"), "")[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "name"), "");
    if (strcmp(kind, "ServiceAccount") == 0)
        check_service_account(subject, namespaced, path, problems);
    else if (strcmp(kind, "User") != 0 && strcmp(kind, "Group") != 0)
        problem_not_supported(problems, PATH_CHILD(path, "kind"), kind, kinds);
    else if (strcmp(group, ACCESS_GROUP) != 0)
        problem_not_supported(problems, PATH_CHILD(path, "apiGroup"), group, groups);
}

static void check_binding(const cJSON *binding, bool namespaced, struct problems *problems)
{
    static const char *const kinds[] = {"Role", "ClusterRole", NULL};
    static const char *const groups[] = {ACCESS_GROUP, NULL};
    const struct field_path *path = PATH_ROOT("roleRef");
    const char *group = json_text(json_get(binding, "roleRef", "apiGroup"), "");
    const char *kind = json_text(json_get(binding, "roleRef", "kind"), "");
    const char *name = json_text(json_get(binding, "roleRef", "name"), "");
    const char *const *allowed = namespaced ? kinds : kinds + 1;
    if (strcmp(group, ACCESS_GROUP) != 0)
        problem_not_supported(problems, PATH_CHILD(path, "apiGroup"), group, groups);
    if (strcmp(kind, "ClusterRole") != 0 && !(namespaced && strcmp(kind, "Role") == 0))
        problem_not_supported(problems, PATH_CHILD(path, "kind"), kind, allowed);
    const char *problem = name[0] != '\0' ? name_path_segment_problem(name) : NULL;
    if (name[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "name"), "");
    else if (problem != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "name"), name, "%s", problem);
    int index = 0;
    const cJSON *subject = NULL;
    cJSON_ArrayForEach (subject, json_get(binding, "subjects"))
        check_subject(subject, namespaced, PATH_INDEX(PATH_ROOT("subjects"), index++), problems);
}

void role_binding_validate(const cJSON *binding, struct problems *problems)
{
    check_binding(binding, true, problems);
}

void cluster_role_binding_validate(const cJSON *binding, struct problems *problems)
{
    check_binding(binding, false, problems);
}

void role_binding_validate_update(const cJSON *binding, const cJSON *old, struct problems *problems)
{
    const cJSON *role = json_get(binding, "roleRef");
    if (json_equal(role, json_get(old, "roleRef")))
        return;
    /* Kubernetes shows the members' names as its own program has them. */
    AUTO_JSON cJSON *shown = cJSON_CreateObject();
    json_set_text(shown, "APIGroup", json_text(json_get(role, "apiGroup"), ""));
    json_set_text(shown, "Kind", json_text(json_get(role, "kind"), ""));
    json_set_text(shown, "Name", json_text(json_get(role, "name"), ""));
    problem_invalid(problems, PATH_ROOT("roleRef"), shown, "cannot change roleRef");
}

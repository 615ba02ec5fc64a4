/* Reviews about what somebody may do. */
#include <string.h>

#include "cluster/api/access.h"
#include "cluster/api/problem.h"
#include "cluster/api/review.h"

static const char *text_of(const cJSON *attributes, const char *member)
{
    return json_text(json_get(attributes, member), "");
}

/* "*" and the like are taken as they are: whoever asks for everything is answered by rules for everything. */
static void read_access(const cJSON *spec, const struct caller *caller, struct access *access)
{
    const cJSON *resource = json_get(spec, "resourceAttributes");
    const cJSON *path = json_get(spec, "nonResourceAttributes");
    *access = (struct access){.caller = caller,
                              .verb = text_of(resource != NULL ? resource : path, "verb"),
                              .is_resource = resource != NULL,
                              .group = text_of(resource, "group"),
                              .resource = text_of(resource, "resource"),
                              .subresource = text_of(resource, "subresource"),
                              .namespace = text_of(resource, "namespace"),
                              .name = text_of(resource, "name"),
                              .path = text_of(path, "path")};
}

static int check_spec(const cJSON *spec, const char *kind, bool of_others, struct status *status)
{
    const struct resource resource = {.group = "authorization.k8s.io", .version = "v1", .kind = kind};
    const struct field_path *path = PATH_ROOT("spec");
    AUTO_PROBLEMS struct problems problems = {0};
    const cJSON *resources = json_get(spec, "resourceAttributes");
    const cJSON *others = json_get(spec, "nonResourceAttributes");
    if (resources != NULL && others != NULL)
        problem_invalid(&problems, PATH_CHILD(path, "nonResourceAttributes"), others,
                        "cannot be specified in combination with resourceAttributes");
    if (resources == NULL && others == NULL)
        problem_invalid(&problems, PATH_CHILD(path, "resourceAttributes"), NULL,
                        "exactly one of nonResourceAttributes or resourceAttributes must be specified");
    if (of_others && text_of(spec, "user")[0] == '\0' && cJSON_GetArraySize(json_get(spec, "groups")) == 0)
        problem_invalid_text(&problems, PATH_CHILD(path, "user"), "", "at least one of user or group must be specified");
    return problems_to_status(&problems, &resource, "", status);
}

static void answer_access(const struct review *review, cJSON *tree, const struct caller *caller)
{
    struct access access;
    AUTO_FREE char *reason = NULL;
    read_access(json_get(tree, "spec"), caller, &access);
    bool allowed = access_is_allowed(registry_store(review->front->registry), &access, &reason);
    cJSON *result = json_object_at(tree, "status");
    json_set_boolean(result, "allowed", allowed);
    if (reason[0] != '\0')
        json_set_text(result, "reason", reason);
}

int review_self_access(const struct review *review, cJSON *tree, struct status *status)
{
    if (check_spec(json_get(tree, "spec"), "SelfSubjectAccessReview", false, status) != 0)
        return -1;
    answer_access(review, tree, review->request->caller);
    return 0;
}

static void review_subject(const struct review *review, cJSON *tree)
{
    const cJSON *spec = json_get(tree, "spec");
    const cJSON *group = NULL;
    AUTO_CALLER struct caller *caller = caller_create(text_of(spec, "user"), text_of(spec, "uid"));
    cJSON_ArrayForEach (group, json_get(spec, "groups"))
        caller_add_group(caller, json_text(group, ""));
    answer_access(review, tree, caller);
}

int review_access(const struct review *review, cJSON *tree, struct status *status)
{
    if (check_spec(json_get(tree, "spec"), "SubjectAccessReview", true, status) != 0)
        return -1;
    review_subject(review, tree);
    return 0;
}

int review_local_access(const struct review *review, cJSON *tree, struct status *status)
{
    const cJSON *spec = json_get(tree, "spec");
    if (check_spec(spec, "LocalSubjectAccessReview", true, status) != 0)
        return -1;
    if (json_get(spec, "nonResourceAttributes") != NULL)
        return status_set(status, 422, "Invalid",
                          "LocalSubjectAccessReview.authorization.k8s.io \"\" is invalid: spec.nonResourceAttributes: Invalid "
                          "value: disallowed on this kind of request");
    if (strcmp(text_of(json_get(spec, "resourceAttributes"), "namespace"), review->namespace) != 0)
        return status_set(status, 400, "BadRequest", "spec.resourceAttributes.namespace must match namespace: %s",
                          review->namespace);
    review_subject(review, tree);
    return 0;
}

/* A rule as the review shows it: a resource's, or a path's. */
static bool add_rule(const cJSON *rule, const char *source, void *context)
{
    static const char *const members[] = {"verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"};
    cJSON *result = context;
    bool paths = cJSON_GetArraySize(json_get(rule, "nonResourceURLs")) > 0;
    cJSON *shown = cJSON_CreateObject();
    (void)source;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const cJSON *value = json_get(rule, members[i]);
        if (cJSON_GetArraySize(value) > 0)
            json_set(shown, members[i], json_copy(value));
    }
    cJSON_AddItemToArray(json_get(result, paths ? "nonResourceRules" : "resourceRules"), shown);
    return true;
}

int review_self_rules(const struct review *review, cJSON *tree, struct status *status)
{
    const char *namespace = text_of(json_get(tree, "spec"), "namespace");
    AUTO_JSON cJSON *problems = NULL;
    if (namespace[0] == '\0')
        return status_set(status, 400, "BadRequest", "no namespace on request");
    cJSON *result = json_object_at(tree, "status");
    (void)json_array_at(result, "resourceRules");
    (void)json_array_at(result, "nonResourceRules");
    json_set_boolean(result, "incomplete", false);
    access_visit_rules(registry_store(review->front->registry), review->request->caller, namespace, add_rule, result, &problems);
    if (problems != NULL) {
        json_set_boolean(result, "incomplete", true);
        json_set_text(result, "evaluationError", json_text(cJSON_GetArrayItem(problems, 0), ""));
    }
    return 0;
}

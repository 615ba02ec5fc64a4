#include <string.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "driver/preflight/checks.h"
#include "driver/preflight/workload.h"

#define DEADLINE (20 * NANOSECONDS_PER_SECOND)
#define REVIEWS "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
static const struct preflight_need observed[] = {
    {"autoscaling", "horizontalpodautoscalers", "", {"list", "watch"}},
    {"", "pods", "", {"list", "watch"}},
    {"discovery.k8s.io", "endpointslices", "", {"list", "watch"}},
    {"", "events", "", {"list", "watch"}},
    {"apps", "deployments", "", {"list", "watch"}},
    {"apps", "replicasets", "", {"list", "watch"}},
    {"apps", "statefulsets", "", {"list", "watch"}},
    {"batch", "jobs", "", {"list", "watch"}},
    {"batch", "cronjobs", "", {"list", "watch"}},
    {"metrics.k8s.io", "pods", "", {"list"}},
    {"", "services", "", {"get"}},
};

/* 1 = allowed, 0 = not, -1 = the API does not answer or cannot say; *code is its status. */
static int ask(struct kube_client *client, const struct preflight_need *need, const char *verb, int *code, struct error *error)
{
    AUTO_JSON cJSON *review = cJSON_CreateObject();
    json_set_text(review, "apiVersion", "authorization.k8s.io/v1");
    json_set_text(review, "kind", "SelfSubjectAccessReview");
    cJSON *attributes = json_object_at(json_object_at(review, "spec"), "resourceAttributes");
    if (need->namespace != NULL)
        json_set_text(attributes, "namespace", need->namespace);
    json_set_text(attributes, "group", need->group);
    const char *slash = strchr(need->resource, '/');
    AUTO_FREE char *resource = memory_copy_bytes(need->resource, strcspn(need->resource, "/"));
    json_set_text(attributes, "resource", resource);
    if (slash != NULL)
        json_set_text(attributes, "subresource", slash + 1);
    json_set_text(attributes, "verb", verb);
    AUTO_FREE char *body = json_print(review);
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    int result = kube_request(client, "POST", REVIEWS, "application/json", body, DEADLINE, &answer, error);
    *code = answer.code;
    return result < 0 ? -1 : json_boolean(json_get(answer.body, "status", "allowed"), false) ? 1 : 0;
}

/* "deployments.apps/scale" */
static char *full_name(const struct preflight_need *need)
{
    size_t length = strcspn(need->resource, "/");
    return memory_format("%.*s%s%s%s", (int)length, need->resource, need->group[0] != '\0' ? "." : "", need->group,
                         need->resource + length);
}

static void tell(const struct preflight_need *need, const char *verbs, struct obstacles *obstacles)
{
    AUTO_FREE char *name = full_name(need);
    AUTO_FREE char *where =
        need->namespace != NULL ? memory_format(" in namespace \"%s\"", need->namespace) : memory_copy_text("");
    obstacles_add(
        obstacles, true,
        "no permission to %s %s%s: ask for a Role%s that allows it (hpalab rbac prints what a service of one's own needs)", verbs,
        name, where, need->namespace != NULL ? "" : " of the cluster");
}

/* -1 when the API does not answer. */
static int check_need(struct kube_client *client, const struct preflight_need *need, struct obstacles *obstacles,
                      struct error *error)
{
    AUTO_BUFFER struct buffer refused;
    buffer_init(&refused, 200);
    for (size_t i = 0; need->verbs[i] != NULL; i++) {
        int code = 0;
        int allowed = ask(client, need, need->verbs[i], &code, error);
        if (allowed < 0 && code == 0)
            return -1;
        if (allowed == 0)
            (void)buffer_append_format(&refused, "%s%s", refused.length > 0 ? ", " : "", need->verbs[i]);
    }
    if (refused.length > 0)
        tell(need, refused.data, obstacles);
    return 0;
}

/* An object that is applied: its collection's path holds group and resource. */
static int check_object(struct kube_client *client, const char *namespace, const cJSON *object, struct obstacles *obstacles,
                        struct error *error)
{
    const char *version = json_text(json_get(object, "apiVersion"), "");
    struct error why = ERROR_NONE;
    AUTO_FREE char *path = kube_collection_path(client, version, workload_kind(object), namespace, &why);
    if (path == NULL) {
        obstacles_add(obstacles, true, "%s \"%s\": %s: install what serves it, or leave it out", workload_kind(object),
                      workload_name(object), why.text);
        return 0;
    }
    const char *slash = strchr(version, '/');
    AUTO_FREE char *group = memory_copy_bytes(version, slash != NULL ? (size_t)(slash - version) : 0);
    const struct preflight_need need = {.group = group,
                                        .resource = strrchr(path, '/') + 1,
                                        .namespace = strstr(path, "/namespaces/") != NULL ? namespace : NULL,
                                        .verbs = {"create", "patch"}};
    return check_need(client, &need, obstacles, error);
}

static bool came_before(const struct preflight_variant *variant, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (json_equal(json_get(variant->objects[i], "kind"), json_get(variant->objects[index], "kind")) &&
            json_equal(json_get(variant->objects[i], "apiVersion"), json_get(variant->objects[index], "apiVersion")))
            return true;
    }
    return false;
}

static int check_all(struct kube_client *client, const struct preflight_variant *variant, struct obstacles *obstacles,
                     struct error *error)
{
    static const struct preflight_need namespaces = {"", "namespaces", NULL, {"create", "patch", "get", "delete"}};
    if (variant->makes_namespace && check_need(client, &namespaces, obstacles, error) < 0)
        return -1;
    for (size_t i = 0; i < sizeof observed / sizeof observed[0]; i++) {
        struct preflight_need need = observed[i];
        need.namespace = variant->namespace;
        if (check_need(client, &need, obstacles, error) < 0)
            return -1;
    }
    for (size_t i = 0; i < variant->object_count; i++) {
        if (!came_before(variant, i) && check_object(client, variant->namespace, variant->objects[i], obstacles, error) < 0)
            return -1;
    }
    for (size_t i = 0; i < variant->need_count; i++) {
        if (check_need(client, &variant->needs[i], obstacles, error) < 0)
            return -1;
    }
    return 0;
}

int check_access(struct kube_client *client, const struct preflight_variant *variant, struct obstacles *obstacles,
                 struct error *error)
{
    static const struct preflight_need everything = {"*", "*", NULL, {NULL}};
    int code = 0;
    int allowed = ask(client, &everything, "*", &code, error);
    if (allowed < 0)
        return code == 0 ? -1 : 0; /* a cluster that cannot say what is allowed is asked no further */
    return allowed == 1 ? 0 : check_all(client, variant, obstacles, error);
}

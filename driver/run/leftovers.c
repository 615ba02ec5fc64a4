#include "driver/run/leftovers.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/fleet/objects.h"

#define DEADLINE (20 * NANOSECONDS_PER_SECOND)
#define MOST 10000

static const char selector[] = "labelSelector=hpalab%2Frun"; /* FLEET_RUN_LABEL, whatever its value */

/* What a run makes beside a namespace that exists. Jobs and Deployments take their pods with them. */
static const struct {
    const char *root, *resource, *kind;
} made[] = {
    {"/apis/batch/v1", "jobs", "job"},
    {"/apis/apps/v1", "deployments", "deployment"},
    {"/apis/autoscaling/v2", "horizontalpodautoscalers", "hpa"},
    {"/api/v1", "services", "service"},
    {"/api/v1", "secrets", "secret"},
    {"/apis/networking.k8s.io/v1", "networkpolicies", "networkpolicy"},
};

static void add(struct leftovers *leftovers, const char *kind, const cJSON *object, char *path_take)
{
    const char *namespace = json_text(json_get(object, "metadata", "namespace"), NULL);
    const char *name = json_text(json_get(object, "metadata", "name"), "");
    leftovers->items = memory_resize(leftovers->items, leftovers->count + 1, sizeof *leftovers->items);
    leftovers->items[leftovers->count++] =
        (struct leftover){.path = path_take,
                          .label = memory_format("%s %s%s%s (lesson %s, run %s, %s)", kind, name, namespace != NULL ? " in " : "",
                                                 namespace != NULL ? namespace : "",
                                                 json_text(json_get(object, "metadata", "labels", FLEET_LESSON_LABEL), ""),
                                                 json_text(json_get(object, "metadata", "labels", FLEET_RUN_LABEL), ""),
                                                 json_text(json_get(object, "metadata", "creationTimestamp"), ""))};
}

static bool is_being_deleted(const cJSON *object)
{
    return json_get(object, "metadata", "deletionTimestamp") != NULL;
}

static int find_namespaces(struct kube_client *client, struct leftovers *leftovers, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    AUTO_FREE char *path = memory_format("/api/v1/namespaces?%s", selector);
    if (kube_request(client, "GET", path, NULL, NULL, DEADLINE, &answer, error) < 0)
        return answer.code == 403 ? 0 : -1;
    const cJSON *object;
    cJSON_ArrayForEach (object, json_get(answer.body, "items"))
        if (!is_being_deleted(object) && leftovers->count < MOST)
            add(leftovers, "namespace", object,
                memory_format("/api/v1/namespaces/%s", json_text(json_get(object, "metadata", "name"), "")));
    return 0;
}

/* What is in one of the namespaces goes with it. */
static bool goes_with_its_namespace(const struct leftovers *leftovers, size_t namespaces, const char *namespace)
{
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/%s", namespace);
    for (size_t i = 0; i < namespaces; i++)
        if (strcmp(leftovers->items[i].path, path) == 0)
            return true;
    return false;
}

static int list(struct kube_client *client, const char *root, const char *resource, const char *namespace,
                struct kube_answer *answer, struct error *error)
{
    AUTO_FREE char *everywhere = memory_format("%s/%s?%s", root, resource, selector);
    AUTO_FREE char *here = memory_format("%s/namespaces/%s/%s?%s", root, namespace, resource, selector);
    int result = kube_request(client, "GET", everywhere, NULL, NULL, DEADLINE, answer, error);
    if (result == 0 || answer->code != 403)
        return result;
    kube_answer_release(answer);
    *answer = (struct kube_answer){0};
    return kube_request(client, "GET", here, NULL, NULL, DEADLINE, answer, error);
}

int leftovers_find(struct kube_client *client, const char *namespace, struct leftovers *leftovers, struct error *error)
{
    *leftovers = (struct leftovers){0};
    if (find_namespaces(client, leftovers, error) < 0)
        return -1;
    size_t namespaces = leftovers->count;
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        AUTO_KUBE_ANSWER struct kube_answer answer = {0};
        struct error reason = ERROR_NONE;
        if (list(client, made[i].root, made[i].resource, namespace, &answer, &reason) < 0) {
            if (answer.code == 403 || answer.code == 404)
                continue;
            return error_set(error, "%s", reason.text);
        }
        const cJSON *object;
        cJSON_ArrayForEach (object, json_get(answer.body, "items")) {
            const char *of = json_text(json_get(object, "metadata", "namespace"), "");
            if (is_being_deleted(object) || goes_with_its_namespace(leftovers, namespaces, of) || leftovers->count >= MOST)
                continue;
            add(leftovers, made[i].kind, object,
                memory_format("%s/namespaces/%s/%s/%s", made[i].root, of, made[i].resource,
                              json_text(json_get(object, "metadata", "name"), "")));
        }
    }
    return 0;
}

void leftovers_release(struct leftovers *leftovers)
{
    for (size_t i = 0; i < leftovers->count; i++) {
        free(leftovers->items[i].path);
        free(leftovers->items[i].label);
    }
    free(leftovers->items);
    *leftovers = (struct leftovers){0};
}

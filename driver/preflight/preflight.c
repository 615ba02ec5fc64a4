#include "driver/preflight/preflight.h"

#include "common/clock.h"
#include "driver/preflight/checks.h"

#define DEADLINE (20 * NANOSECONDS_PER_SECOND)

/* What is asked once for all variants; NULL = the user may not read it. */
struct facts {
    cJSON *nodes;
    cJSON *pods;
    cJSON *leases;
    int64_t server_time; /* of the answer that came at now */
    int64_t now;
};

static void facts_release(struct facts *facts)
{
    cJSON_Delete(facts->nodes);
    cJSON_Delete(facts->pods);
    cJSON_Delete(facts->leases);
}

/* -1 when the API does not answer; *list stays NULL when it refuses. */
static int get_list(struct kube_client *client, const char *path, cJSON **list, int64_t *server_time, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    int result = kube_request(client, "GET", path, NULL, NULL, DEADLINE, &answer, error);
    if (answer.code == 0)
        return -1;
    if (result == 0)
        *list = steal_pointer(&answer.body);
    if (server_time != NULL)
        *server_time = answer.server_time;
    return 0;
}

static int gather(struct kube_client *client, struct facts *facts, struct error *error)
{
    if (get_list(client, "/api/v1/nodes", &facts->nodes, NULL, error) < 0 ||
        get_list(client, "/api/v1/pods", &facts->pods, NULL, error) < 0 ||
        get_list(client, "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", &facts->leases, &facts->server_time,
                 error) < 0)
        return -1;
    facts->now = clock_wall();
    return 0;
}

/* Adds the objects of a kind that are in the namespace. */
static int add_workloads(struct kube_client *client, const char *namespace, const char *kind, const char *resource,
                         cJSON *workloads, struct error *error)
{
    AUTO_FREE char *path = memory_format("/apis/apps/v1/namespaces/%s/%s", namespace, resource);
    AUTO_JSON cJSON *list = NULL;
    if (get_list(client, path, &list, NULL, error) < 0)
        return -1;
    cJSON *items = json_get(list, "items");
    while (cJSON_GetArraySize(items) > 0) {
        cJSON *item = cJSON_DetachItemFromArray(items, 0);
        json_set_text(item, "kind", kind);
        cJSON_AddItemToArray(workloads, item);
    }
    return 0;
}

/* A namespace that is to be made holds nothing that could be in the way. */
static int check_namespace(const struct preflight_options *options, const struct preflight_variant *variant,
                           struct obstacles *obstacles, struct error *error)
{
    AUTO_JSON cJSON *hpas = NULL;
    AUTO_JSON cJSON *workloads = cJSON_CreateArray();
    AUTO_FREE char *path = memory_format("/apis/autoscaling/v2/namespaces/%s/horizontalpodautoscalers", variant->namespace);
    if (!variant->makes_namespace &&
        (get_list(options->client, path, &hpas, NULL, error) < 0 ||
         add_workloads(options->client, variant->namespace, "Deployment", "deployments", workloads, error) < 0 ||
         add_workloads(options->client, variant->namespace, "StatefulSet", "statefulsets", workloads, error) < 0 ||
         add_workloads(options->client, variant->namespace, "ReplicaSet", "replicasets", workloads, error) < 0))
        return -1;
    check_selectors(hpas, workloads, variant, obstacles);
    return check_metrics(options, variant, hpas, obstacles, error);
}

int preflight_check(const struct preflight_options *options, struct obstacles *obstacles, struct error *error)
{
    CLEANUP(facts_release) struct facts facts = {0};
    *obstacles = (struct obstacles){0};
    if (gather(options->client, &facts, error) < 0)
        return -1;
    check_clocks(facts.server_time, facts.leases, facts.now, obstacles);
    for (size_t i = 0; i < options->variant_count && !atomic_load(options->stop); i++) {
        const struct preflight_variant *variant = &options->variants[i];
        if (check_access(options->client, variant, obstacles, error) < 0 ||
            check_namespace(options, variant, obstacles, error) < 0)
            return -1;
        check_images(facts.nodes, variant, obstacles);
        check_room(facts.nodes, facts.pods, variant, obstacles);
    }
    return 0;
}

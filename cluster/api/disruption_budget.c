#include "cluster/api/disruption_budget.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/api/selector.h"
#include "common/json.h"
#include "common/memory.h"

#define REFUSAL "Cannot evict pod as it would violate the pod's disruption budget."

void disruption_count_release(struct disruption_count *count)
{
    free(count->failure);
    *count = (struct disruption_count){0};
}

static bool is_ready(const cJSON *pod)
{
    const cJSON *condition = NULL;
    cJSON_ArrayForEach (condition, json_get(pod, "status", "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), "Ready") == 0)
            return strcmp(json_text(json_get(condition, "status"), ""), "True") == 0;
    }
    return false;
}

static bool is_leaving(const cJSON *pod)
{
    return json_get(pod, "metadata", "deletionTimestamp") != NULL;
}

/* ---- how many pods there should be ---- */

static const cJSON *controller_of(const cJSON *object)
{
    const cJSON *owner = NULL;
    cJSON_ArrayForEach (owner, json_get(object, "metadata", "ownerReferences")) {
        if (json_boolean(json_get(owner, "controller"), false))
            return owner;
    }
    return NULL;
}

static struct object *find_owner(struct store *store, const char *namespace, const cJSON *reference)
{
    static const struct {
        const char *kind;
        enum resource_id resource;
    } kinds[] = {
        {"ReplicaSet", RESOURCE_REPLICASETS}, {"Deployment", RESOURCE_DEPLOYMENTS}, {"StatefulSet", RESOURCE_STATEFULSETS}};
    const char *kind = json_text(json_get(reference, "kind"), "");
    for (size_t i = 0; reference != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kind, kinds[i].kind) == 0)
            return store_get(store, kinds[i].resource, namespace, json_text(json_get(reference, "name"), ""));
    }
    return NULL;
}

/* What says how many pods like this one there are: its StatefulSet, its ReplicaSet, or that one's Deployment. */
static struct object *find_scale(struct store *store, const struct object *pod)
{
    const char *namespace = object_namespace(pod);
    struct object *owner = find_owner(store, namespace, controller_of(object_tree(pod)));
    if (owner == NULL || object_resource(owner) != RESOURCE_REPLICASETS)
        return owner;
    struct object *above = find_owner(store, namespace, controller_of(object_tree(owner)));
    if (above == NULL)
        return owner;
    object_release(owner);
    return above;
}

/* The replicas of all that the pods belong to, each once; -1 with the count's failure when one belongs to nothing of that kind.
 */
static int64_t expected_scale(struct store *store, struct object *const *pods, size_t pod_count, struct disruption_count *count)
{
    AUTO_JSON cJSON *seen = cJSON_CreateObject();
    int64_t sum = 0;
    for (size_t i = 0; i < pod_count; i++) {
        AUTO_OBJECT struct object *scale = find_scale(store, pods[i]);
        if (scale == NULL) {
            count->failure = memory_format("found no controller ref for pod \"%s\"", object_name(pods[i]));
            return -1;
        }
        if (json_get(seen, object_uid(scale)) != NULL)
            continue;
        json_set_boolean(seen, object_uid(scale), true);
        sum += json_integer(json_get(object_tree(scale), "spec", "replicas"), 1);
    }
    return sum;
}

/* A number, or a percentage of the whole, rounded up. */
static int64_t amount_of(const cJSON *value, int64_t whole)
{
    if (!cJSON_IsString(value))
        return json_integer(value, 0);
    return (strtoll(value->valuestring, NULL, 10) * whole + 99) / 100;
}

static void count_wanted(struct store *store, const cJSON *spec, struct object *const *pods, size_t pod_count,
                         struct disruption_count *count)
{
    const cJSON *unavailable = json_get(spec, "maxUnavailable");
    const cJSON *available = json_get(spec, "minAvailable");
    if (unavailable == NULL && !cJSON_IsString(available)) {
        count->expected = (int64_t)pod_count;
        count->desired = json_integer(available, 0);
        return;
    }
    count->expected = expected_scale(store, pods, pod_count, count);
    if (count->failure != NULL)
        count->expected = 0;
    else if (unavailable == NULL)
        count->desired = amount_of(available, count->expected);
    else
        count->desired = count->expected - amount_of(unavailable, count->expected);
    if (count->desired < 0)
        count->desired = 0;
}

/* ---- pods ---- */

/* An empty selector means every pod of the namespace, none means no pod. */
static bool is_meant(const cJSON *budget, const struct selector *selector, const cJSON *pod)
{
    return json_get(budget, "spec", "selector") != NULL && selector_matches(selector, pod);
}

void disruption_budget_count(struct store *store, const struct object *budget, struct disruption_count *count)
{
    const cJSON *tree = object_tree(budget);
    AUTO_SELECTOR struct selector *selector = selector_from_label_selector(json_get(tree, "spec", "selector"));
    AUTO_OBJECT_LIST struct object_list pods = {0};
    *count = (struct disruption_count){0};
    store_list(store, RESOURCE_PODS, object_namespace(budget), &pods);
    AUTO_FREE struct object **meant = memory_allocate(pods.count + 1, sizeof(struct object *));
    size_t meant_count = 0;
    for (size_t i = 0; i < pods.count; i++) {
        const cJSON *pod = object_tree(pods.objects[i]);
        if (!is_meant(tree, selector, pod))
            continue;
        meant[meant_count++] = pods.objects[i];
        count->healthy += is_ready(pod) && !is_leaving(pod);
    }
    count_wanted(store, json_get(tree, "spec"), meant, meant_count, count);
    count->allowed = count->healthy - count->desired;
    if (count->allowed < 0 || count->expected <= 0 || count->failure != NULL)
        count->allowed = 0;
}

/* ---- evictions ---- */

/* No budget counts it: it does not serve, or goes already. */
static bool is_free_to_go(const cJSON *pod)
{
    const char *phase = json_text(json_get(pod, "status", "phase"), "");
    return is_leaving(pod) || strcmp(phase, "Pending") == 0 || strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
}

/* The budget of a pod, a reference; NULL with *several when there are more of them. */
static struct object *find_budget(struct store *store, const struct object *pod, bool *several)
{
    struct object *found = NULL;
    AUTO_OBJECT_LIST struct object_list budgets = {0};
    store_list(store, RESOURCE_PODDISRUPTIONBUDGETS, object_namespace(pod), &budgets);
    *several = false;
    for (size_t i = 0; i < budgets.count && !*several; i++) {
        const cJSON *tree = object_tree(budgets.objects[i]);
        AUTO_SELECTOR struct selector *selector = selector_from_label_selector(json_get(tree, "spec", "selector"));
        if (!is_meant(tree, selector, object_tree(pod)))
            continue;
        *several = found != NULL;
        if (found == NULL)
            found = object_reference(budgets.objects[i]);
    }
    if (!*several)
        return found;
    object_release(found);
    return NULL;
}

/* Whether a pod that is not ready may go although no disruption is allowed. */
static bool may_go_unready(const cJSON *budget, const struct disruption_count *count)
{
    const char *policy = json_text(json_get(budget, "spec", "unhealthyPodEvictionPolicy"), "IfHealthyBudget");
    return strcmp(policy, "AlwaysAllow") == 0 || (count->healthy >= count->desired && count->desired > 0);
}

int disruption_budget_check(struct store *store, const struct object *pod, struct status *status)
{
    bool several = false;
    if (is_free_to_go(object_tree(pod)))
        return 0;
    AUTO_OBJECT struct object *budget = find_budget(store, pod, &several);
    if (several)
        return status_set(status, 500, "InternalError",
                          "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
    if (budget == NULL)
        return 0;
    AUTO_DISRUPTION_COUNT struct disruption_count count = {0};
    disruption_budget_count(store, budget, &count);
    if (count.allowed > 0 || (!is_ready(object_tree(pod)) && may_go_unready(object_tree(budget), &count)))
        return 0;
    (void)status_set(status, 429, "TooManyRequests", REFUSAL);
    cJSON *cause = cJSON_CreateObject();
    AUTO_FREE char *message = memory_format("The disruption budget %s needs %lld healthy pods and has %lld currently",
                                            object_name(budget), (long long)count.desired, (long long)count.healthy);
    json_set_text(cause, "reason", "DisruptionBudget");
    json_set_text(cause, "message", message);
    status->details = cJSON_CreateObject();
    cJSON_AddItemToArray(json_array_at(status->details, "causes"), cause);
    return -1;
}

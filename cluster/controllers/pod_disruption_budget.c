#include "cluster/controllers/pod_disruption_budget.h"

#include <string.h>

#include "cluster/api/disruption_budget.h"
#include "cluster/controllers/conditions.h"
#include "common/clock.h"

/* Pods change many at a time; their budgets are counted once for all that happens within this. */
#define PATIENCE (100 * NANOSECONDS_PER_MILLISECOND)

static void observe(struct controller *controller, const struct watch_event *event)
{
    char key[CONTROLLER_KEY_SIZE];
    const enum resource_id resource = object_resource(event->object);
    if (resource == RESOURCE_PODDISRUPTIONBUDGETS) {
        controller_enqueue(controller, event->object);
        return;
    }
    if (resource != RESOURCE_PODS && resource != RESOURCE_DEPLOYMENTS && resource != RESOURCE_REPLICASETS &&
        resource != RESOURCE_STATEFULSETS)
        return;
    const struct view_list budgets =
        view_all(controller->runtime->view, RESOURCE_PODDISRUPTIONBUDGETS, object_namespace(event->object));
    for (size_t i = 0; i < budgets.count; i++)
        controller_enqueue_after(controller, key_of(budgets.objects[i], key), PATIENCE);
}

static cJSON *condition_of(const struct disruption_count *count, int64_t generation, int64_t wall)
{
    const char *reason = count->allowed > 0 ? "SufficientPods" : "InsufficientPods";
    cJSON *condition =
        condition_make("DisruptionAllowed", count->allowed > 0 ? "True" : "False", count->failure != NULL ? "SyncFailed" : reason,
                       count->failure != NULL ? count->failure : "", false, wall);
    json_set_integer(condition, "observedGeneration", generation);
    return condition;
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    struct runtime *runtime = controller->runtime;
    const struct object *budget = controller_object(controller, RESOURCE_PODDISRUPTIONBUDGETS, key);
    if (budget == NULL)
        return 0;
    AUTO_DISRUPTION_COUNT struct disruption_count count = {0};
    disruption_budget_count(registry_store(runtime->registry), budget, &count);
    const cJSON *tree = object_tree(budget);
    const int64_t generation = json_integer(json_get(tree, "metadata", "generation"), 0);
    cJSON *next = json_copy(json_get(tree, "status"));
    json_set_integer(next, "observedGeneration", generation);
    json_set_integer(next, "disruptionsAllowed", count.allowed);
    json_set_integer(next, "currentHealthy", count.healthy);
    json_set_integer(next, "desiredHealthy", count.desired);
    json_set_integer(next, "expectedPods", count.expected);
    condition_put(next, condition_of(&count, generation, runtime->wall));
    return write_status(runtime, budget, next, status);
}

const struct controller_functions pod_disruption_budget_functions = {.name = "disruption", .observe = observe, .sync = sync};

#include "cluster/controllers/node_lifecycle.h"

#include <string.h>

#include "cluster/controllers/conditions.h"
#include "cluster/controllers/taints.h"
#include "common/clock.h"

/* A condition that is `status` puts the taint on the node. */
static const struct rule {
    const char *condition, *status, *key, *effect;
} rules[] = {
    {"Ready", "False", TAINT_NOT_READY, "NoSchedule"},
    {"Ready", "False", TAINT_NOT_READY, "NoExecute"},
    {"Ready", "Unknown", TAINT_UNREACHABLE, "NoSchedule"},
    {"Ready", "Unknown", TAINT_UNREACHABLE, "NoExecute"},
    {"MemoryPressure", "True", "node.kubernetes.io/memory-pressure", "NoSchedule"},
    {"DiskPressure", "True", "node.kubernetes.io/disk-pressure", "NoSchedule"},
    {"PIDPressure", "True", "node.kubernetes.io/pid-pressure", "NoSchedule"},
    {"NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable", "NoSchedule"},
};

static void observe(struct controller *controller, const struct watch_event *event)
{
    if (object_resource(event->object) == RESOURCE_NODES && event->type != WATCH_DELETED)
        controller_enqueue(controller, event->object);
}

static cJSON *find_taint(const cJSON *node, const char *key, const char *effect)
{
    cJSON *taint = NULL;
    cJSON_ArrayForEach (taint, json_get(node, "spec", "taints")) {
        if (strcmp(json_text(json_get(taint, "key"), ""), key) == 0 && taint_has_effect(taint, effect))
            return taint;
    }
    return NULL;
}

/* Adds or removes the taint; false when it is as wanted. */
static bool set_taint(cJSON *node, const char *key, const char *effect, bool wanted, int64_t wall)
{
    cJSON *present = find_taint(node, key, effect);
    if ((present != NULL) == wanted)
        return false;
    if (present != NULL) {
        cJSON_Delete(cJSON_DetachItemViaPointer(json_get(node, "spec", "taints"), present));
        return true;
    }
    char time[CLOCK_TEXT_SIZE];
    cJSON *taint = cJSON_CreateObject();
    json_set_text(taint, "key", key);
    json_set_text(taint, "effect", effect);
    json_set_text(taint, "timeAdded", clock_format_seconds(wall, time));
    cJSON_AddItemToArray(json_array_at(json_object_at(node, "spec"), "taints"), taint);
    return true;
}

/* A node whose kubelet has not told anything yet is not ready for new pods. */
static bool set_taints(cJSON *node, void *context)
{
    const int64_t wall = *(const int64_t *)context;
    const cJSON *status = json_get(node, "status");
    const bool unheard = condition_find(status, "Ready") == NULL;
    bool changed =
        set_taint(node, TAINT_UNSCHEDULABLE, "NoSchedule", json_boolean(json_get(node, "spec", "unschedulable"), false), wall);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *rule = &rules[i];
        const bool wanted = condition_is(condition_find(status, rule->condition), rule->status) || (unheard && i == 0);
        changed = set_taint(node, rule->key, rule->effect, wanted, wall) || changed;
    }
    return changed;
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    struct runtime *runtime = controller->runtime;
    int64_t wall = runtime->wall;
    if (controller_object(controller, RESOURCE_NODES, key) == NULL)
        return 0;
    int outcome = registry_mutate(runtime->registry, RESOURCE_NODES, "", key, SUBRESOURCE_NONE, set_taints, &wall, NULL, status);
    return outcome != 0 && status->code == 404 ? 0 : outcome;
}

const struct controller_functions node_lifecycle_functions = {.name = "node-lifecycle", .observe = observe, .sync = sync};

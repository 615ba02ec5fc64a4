#include "cluster/controllers/taint_eviction.h"

#include <stdlib.h>

#include "cluster/controllers/disruption.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "cluster/controllers/table.h"
#include "cluster/controllers/taints.h"
#include "common/clock.h"

#define COMPONENT "taint-eviction-controller"
#define FOR_EVER INT64_MAX

/* The state: since when (monotonic) each tainted pod is counted, by its uid. */

static void forget(struct controller *controller, const struct object *pod)
{
    free(table_remove(controller->state, object_uid(pod)));
}

static bool has_evicting_taint(const cJSON *node)
{
    const cJSON *taint = NULL;
    cJSON_ArrayForEach (taint, json_get(node, "spec", "taints")) {
        if (taint_has_effect(taint, "NoExecute"))
            return true;
    }
    return false;
}

static bool taints_changed(const struct watch_event *event)
{
    const cJSON *now = json_get(object_tree(event->object), "spec", "taints");
    return event->previous == NULL || !json_equal(now, json_get(object_tree(event->previous), "spec", "taints"));
}

static void observe(struct controller *controller, const struct watch_event *event)
{
    const enum resource_id resource = object_resource(event->object);
    if (resource == RESOURCE_NODES && event->type != WATCH_DELETED && taints_changed(event)) {
        struct view_list pods = view_pods_of_node(controller->runtime->view, object_name(event->object));
        for (size_t i = 0; i < pods.count; i++)
            controller_enqueue(controller, pods.objects[i]);
    } else if (resource == RESOURCE_PODS && event->type == WATCH_DELETED) {
        forget(controller, event->object);
    } else if (resource == RESOURCE_PODS) {
        const char *name = node_of_pod(object_tree(event->object));
        const struct object *node = view_get(controller->runtime->view, RESOURCE_NODES, "", name);
        if (node != NULL && has_evicting_taint(object_tree(node)))
            controller_enqueue(controller, event->object);
    }
}

/* The shortest tolerationSeconds of the tolerations that match the taint, as nanoseconds; -1 when none matches. */
static int64_t toleration_time(const cJSON *pod, const cJSON *taint)
{
    int64_t shortest = -1;
    const cJSON *toleration = NULL;
    cJSON_ArrayForEach (toleration, json_get(pod, "spec", "tolerations")) {
        if (!toleration_matches(toleration, taint))
            continue;
        const cJSON *given = json_get(toleration, "tolerationSeconds");
        const int64_t seconds = json_integer(given, 0) > 0 ? json_integer(given, 0) : 0;
        const int64_t time =
            given == NULL || seconds > FOR_EVER / NANOSECONDS_PER_SECOND ? FOR_EVER : seconds * NANOSECONDS_PER_SECOND;
        shortest = shortest < 0 || time < shortest ? time : shortest;
    }
    return shortest;
}

/* How long the pod may stay on the node. */
static int64_t time_to_stay(const cJSON *pod, const cJSON *node)
{
    int64_t shortest = FOR_EVER;
    const cJSON *taint = NULL;
    cJSON_ArrayForEach (taint, json_get(node, "spec", "taints")) {
        const int64_t time = taint_has_effect(taint, "NoExecute") ? toleration_time(pod, taint) : FOR_EVER;
        if (time < 0)
            return 0;
        shortest = time < shortest ? time : shortest;
    }
    return shortest;
}

static void cancel(struct controller *controller, const struct object *pod)
{
    if (table_find(controller->state, object_uid(pod)) == NULL)
        return;
    forget(controller, pod);
    record_event(controller->runtime->registry, pod, NULL, "Normal", "TaintManagerEviction", COMPONENT, NULL,
                 "Cancelling deletion of Pod %s/%s", object_namespace(pod), object_name(pod));
}

static int evict(struct controller *controller, const struct object *pod, struct status *status)
{
    static const struct disruption disruption = {.reason = "DeletionByTaintManager",
                                                 .message = "Taint manager: deleting due to NoExecute taint"};
    int outcome = disrupt_pod(controller->runtime, pod, &disruption, status);
    if (outcome > 0)
        record_event(controller->runtime->registry, pod, NULL, "Normal", "TaintManagerEviction", COMPONENT, NULL,
                     "Marking for deletion Pod %s/%s", object_namespace(pod), object_name(pod));
    return outcome < 0 ? -1 : 0;
}

/* Counts from when the taint was seen first. */
static int64_t since(struct controller *controller, const struct object *pod)
{
    int64_t *start = table_find(controller->state, object_uid(pod));
    if (start == NULL) {
        start = memory_allocate(1, sizeof *start);
        *start = controller->runtime->now;
        table_set(controller->state, object_uid(pod), start);
    }
    return *start;
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    struct runtime *runtime = controller->runtime;
    const struct object *pod = controller_object(controller, RESOURCE_PODS, key);
    if (pod == NULL || is_being_deleted(object_tree(pod)))
        return 0;
    const struct object *node = view_get(runtime->view, RESOURCE_NODES, "", node_of_pod(object_tree(pod)));
    const int64_t stay = node != NULL ? time_to_stay(object_tree(pod), object_tree(node)) : FOR_EVER;
    if (stay == FOR_EVER) {
        cancel(controller, pod);
        return 0;
    }
    const int64_t stayed = runtime->now - since(controller, pod);
    if (stayed >= stay)
        return evict(controller, pod, status);
    controller_enqueue_after(controller, key, stay - stayed);
    return 0;
}

static void *create(void)
{
    return table_create();
}

static void release(const char *key, void *value, void *context)
{
    (void)key;
    (void)context;
    free(value);
}

static void destroy(void *state)
{
    table_visit(state, release, NULL);
    table_destroy(state);
}

const struct controller_functions taint_eviction_functions = {
    .name = "taint-eviction", .create = create, .destroy = destroy, .observe = observe, .sync = sync};

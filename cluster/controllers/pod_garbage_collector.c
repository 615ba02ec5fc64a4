#include "cluster/controllers/pod_garbage_collector.h"

#include "cluster/controllers/disruption.h"
#include "cluster/controllers/pod.h"

static void look_later(struct controller *controller, const char *node)
{
    if (node[0] != '\0' && view_get(controller->runtime->view, RESOURCE_NODES, "", node) == NULL)
        controller_enqueue_after(controller, node, controller->runtime->periods.node_quarantine);
}

static void observe(struct controller *controller, const struct watch_event *event)
{
    const enum resource_id resource = object_resource(event->object);
    if (resource == RESOURCE_NODES && event->type == WATCH_DELETED)
        look_later(controller, object_name(event->object));
    else if (resource == RESOURCE_PODS && event->type != WATCH_DELETED)
        look_later(controller, node_of_pod(object_tree(event->object)));
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    static const struct disruption disruption = {
        .reason = "DeletionByPodGC", .message = "PodGC: node no longer exists", .node_is_gone = true};
    struct runtime *runtime = controller->runtime;
    if (view_get(runtime->view, RESOURCE_NODES, "", key) != NULL)
        return 0;
    struct view_list pods = view_pods_of_node(runtime->view, key);
    for (size_t i = 0; i < pods.count; i++) {
        if (disrupt_pod(runtime, pods.objects[i], &disruption, status) < 0)
            return -1;
    }
    return 0;
}

const struct controller_functions pod_garbage_collector_functions = {
    .name = "pod-garbage-collector", .observe = observe, .sync = sync};

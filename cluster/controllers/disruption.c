#include "cluster/controllers/disruption.h"

#include "cluster/controllers/conditions.h"
#include "cluster/controllers/pod.h"

struct mark {
    const struct disruption *disruption;
    int64_t wall;
};

static bool mark_pod(cJSON *pod, void *context)
{
    const struct mark *mark = context;
    cJSON *status = json_object_at(pod, "status");
    condition_put(status, condition_make("DisruptionTarget", "True", mark->disruption->reason, mark->disruption->message, false,
                                         mark->wall));
    if (mark->disruption->node_is_gone && !pod_is_terminal(pod))
        json_set_text(status, "phase", "Failed");
    return true;
}

int disrupt_pod(struct runtime *runtime, const struct object *pod, const struct disruption *disruption, struct status *status)
{
    struct mark mark = {.disruption = disruption, .wall = runtime->wall};
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    options.uid = object_uid(pod);
    if (disruption->node_is_gone)
        options.grace_seconds = 0;
    const char *namespace = object_namespace(pod), *name = object_name(pod);
    int outcome =
        registry_mutate(runtime->registry, RESOURCE_PODS, namespace, name, SUBRESOURCE_STATUS, mark_pod, &mark, NULL, status);
    if (outcome == 0)
        outcome = registry_delete(runtime->registry, RESOURCE_PODS, namespace, name, &options, NULL, NULL, status);
    if (outcome == 0)
        return 1;
    return status->code == 404 ? 0 : -1;
}

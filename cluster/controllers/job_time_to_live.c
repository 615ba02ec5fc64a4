#include "cluster/controllers/job_time_to_live.h"

#include "cluster/controllers/job_conditions.h"
#include "cluster/controllers/ownership.h"
#include "common/clock.h"

static void observe(struct controller *controller, const struct watch_event *event)
{
    if (object_resource(event->object) == RESOURCE_JOBS && event->type != WATCH_DELETED &&
        json_get(object_tree(event->object), "spec", "ttlSecondsAfterFinished") != NULL)
        controller_enqueue(controller, event->object);
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    const struct object *job = controller_object(controller, RESOURCE_JOBS, key);
    const cJSON *seconds = job != NULL ? json_get(object_tree(job), "spec", "ttlSecondsAfterFinished") : NULL;
    int64_t finished = job != NULL ? job_finish_time(object_tree(job)) : 0;
    if (seconds == NULL || finished == 0 || is_being_deleted(object_tree(job)))
        return 0;
    int64_t left = finished + json_integer(seconds, 0) * NANOSECONDS_PER_SECOND - controller->runtime->wall;
    if (left > 0) {
        controller_enqueue_after(controller, key, left);
        return 0;
    }
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    options.uid = object_uid(job);
    options.propagation = PROPAGATION_FOREGROUND;
    int outcome = registry_delete(controller->runtime->registry, RESOURCE_JOBS, object_namespace(job), object_name(job), &options,
                                  NULL, NULL, status);
    return outcome != 0 && status->code == 404 ? 0 : outcome;
}

const struct controller_functions job_time_to_live_functions = {.name = "ttl-after-finished", .observe = observe, .sync = sync};

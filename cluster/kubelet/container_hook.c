/* The postStart hook: as long as it goes on, the container counts as being created; when it fails, the container ends. */
#include "cluster/kubelet/pod.h"
#include "common/clock.h"

/* Kubernetes waits for ever. */
#define LONGEST_POST_START (3600 * NANOSECONDS_PER_SECOND)

static void fail(struct container *container, int64_t now)
{
    /* What the hook said may hold secrets of the pod's: as Kubernetes, the event does not tell it. */
    container_event(container, "Warning", "FailedPostStartHook", "PostStartHook failed");
    container_event(container, "Normal", "Killing", "FailedPostStartHook");
    container_stop(container, pod_grace(container->pod), now);
}

static void hook_answered(void *context, bool success, const char *message)
{
    (void)message;
    struct container *container = context;
    const int64_t now = clock_monotonic();
    container->post_start = NULL;
    container->pod->changed = true;
    container->pod->next = 0;
    if (success)
        container_probes_start(container, now);
    else
        fail(container, now);
}

void container_post_start(struct container *container, int64_t now)
{
    struct error error = ERROR_NONE;
    const cJSON *hook = json_get(container->spec, "lifecycle", "postStart");
    if (hook == NULL) {
        container_probes_start(container, now);
        return;
    }
    container->post_start = handler_start(container, hook, LONGEST_POST_START, hook_answered, container, &error);
    if (container->post_start == NULL)
        fail(container, now);
}

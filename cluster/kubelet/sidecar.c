/*
 * Sidecars: init containers with the restart policy Always. The next container starts when a sidecar has started; it runs
 * on beside the others, and ends after them, the last one first.
 */
#include <string.h>

#include "cluster/kubelet/pod.h"
#include "common/clock.h"

/* However long the others took to end. */
#define SHORTEST_END (2 * NANOSECONDS_PER_SECOND)

bool is_sidecar(const struct container *container)
{
    return container->init && strcmp(json_text(json_get(container->spec, "restartPolicy"), ""), "Always") == 0;
}

bool init_is_done(const struct container *container)
{
    if (is_sidecar(container))
        return container->pod->initialized || (container->state == CONTAINER_RUNNING && container->passed_startup);
    return container->state == CONTAINER_TERMINATED && container->exit_code == 0;
}

bool pod_is_through(const struct pod *pod)
{
    for (int i = 0; i < pod->count; i++) {
        const struct container *container = &pod->containers[i];
        if (!container->init && container->state != CONTAINER_TERMINATED)
            return false;
        if (container->init && !is_sidecar(container) && container->state == CONTAINER_TERMINATED && container->exit_code != 0)
            return true;
    }
    return true;
}

static bool other_runs(const struct pod *pod)
{
    for (int i = 0; i < pod->count; i++) {
        if (pod->containers[i].state == CONTAINER_RUNNING && !is_sidecar(&pod->containers[i]))
            return true;
    }
    return false;
}

void pod_step_sidecars(struct pod *pod, int64_t now)
{
    if ((!pod->deleting && !pod_is_through(pod)) || other_runs(pod))
        return;
    for (int i = pod->init_count - 1; i >= 0; i--) {
        struct container *container = &pod->containers[i];
        if (container->state != CONTAINER_RUNNING)
            continue;
        const int64_t left = pod->deleting ? pod->end_by - now : pod_grace(pod);
        if (container->stop == STOP_NOT)
            container_event(container, "Normal", "Killing", "Stopping container %s", container->name);
        container_stop(container, left > SHORTEST_END ? left : SHORTEST_END, now);
        return;
    }
}

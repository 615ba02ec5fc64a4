/* The probes of a container and what follows from their answers. */
#include "cluster/kubelet/pod.h"
#include "common/clock.h"

static const char *const probe_names[PROBE_KINDS] = {"Startup", "Liveness", "Readiness"};
static const char *const probe_names_small[PROBE_KINDS] = {"startup", "liveness", "readiness"};
static const char *const probe_fields[PROBE_KINDS] = {"startupProbe", "livenessProbe", "readinessProbe"};

static bool container_is_ready(const struct container *container)
{
    return container->state == CONTAINER_RUNNING && container->passed_startup &&
           (!container->probes[PROBE_READINESS].present || container->probes[PROBE_READINESS].good);
}

static void update_ready(struct container *container)
{
    const bool ready = container_is_ready(container);
    if (ready == container->ready)
        return;
    container->ready = ready;
    container->pod->changed = true;
}

static void pass_startup(struct container *container, int64_t now)
{
    container->passed_startup = true;
    container->pod->changed = true;
    probe_start(&container->probes[PROBE_LIVENESS], container->started, now);
    probe_start(&container->probes[PROBE_READINESS], container->started, now);
    update_ready(container);
}

void container_probes_start(struct container *container, int64_t now)
{
    for (int kind = 0; kind < PROBE_KINDS; kind++)
        container->probes[kind].good = false;
    if (container->probes[PROBE_STARTUP].present)
        probe_start(&container->probes[PROBE_STARTUP], container->started, now);
    else
        pass_startup(container, now);
}

void container_probes_stop(struct container *container)
{
    for (int kind = 0; kind < PROBE_KINDS; kind++) {
        probe_stop(&container->probes[kind]);
        handler_cancel(&container->asking[kind]);
    }
}

static void restart_unhealthy(struct container *container, enum probe_kind kind, int64_t now)
{
    const int64_t own = container->probes[kind].grace_seconds;
    container_event(container, "Normal", "Killing", "Container %s failed %s probe, will be restarted", container->name,
                    probe_names_small[kind]);
    container_stop(container, own > 0 ? own * NANOSECONDS_PER_SECOND : pod_grace(container->pod), now);
}

static void take_answer(struct container *container, enum probe_kind kind, bool success, const char *message)
{
    const int64_t now = clock_monotonic();
    container->asking[kind] = NULL;
    container->pod->next = 0;
    if (!success)
        container_event(container, "Warning", "Unhealthy", "%s probe failed: %s", probe_names[kind], message);
    const enum probe_change change = probe_answer(&container->probes[kind], success);
    if (change == PROBE_NO_CHANGE)
        return;
    if (kind == PROBE_READINESS) {
        update_ready(container);
    } else if (change == PROBE_FAILED) {
        restart_unhealthy(container, kind, now);
    } else if (kind == PROBE_STARTUP) {
        probe_stop(&container->probes[kind]);
        pass_startup(container, now);
    }
}

static void startup_answered(void *context, bool success, const char *message)
{
    take_answer(context, PROBE_STARTUP, success, message);
}

static void liveness_answered(void *context, bool success, const char *message)
{
    take_answer(context, PROBE_LIVENESS, success, message);
}

static void readiness_answered(void *context, bool success, const char *message)
{
    take_answer(context, PROBE_READINESS, success, message);
}

static void ask(struct container *container, enum probe_kind kind)
{
    static handler_done *const answered[PROBE_KINDS] = {startup_answered, liveness_answered, readiness_answered};
    struct error error = ERROR_NONE;
    const cJSON *specification = json_get(container->spec, probe_fields[kind]);
    container->asking[kind] =
        handler_start(container, specification, container->probes[kind].timeout, answered[kind], container, &error);
    if (container->asking[kind] == NULL) {
        container_event(container, "Warning", "Unhealthy", "%s probe errored and resulted in unknown state: %s",
                        probe_names[kind], error.text);
        /* Neither an answer nor a failure: it is asked again in its next period. */
        container->probes[kind].asking = false;
    }
}

void container_probes_step(struct container *container, int64_t now)
{
    for (int kind = 0; kind < PROBE_KINDS; kind++) {
        /* A container that is being ended is not restarted, but its readiness is asked on. */
        const bool ending = container->stop != STOP_NOT || container->pod->deleting;
        if (kind != PROBE_READINESS && ending)
            probe_stop(&container->probes[kind]);
        handler_step(container->asking[kind], now);
        if (probe_due(&container->probes[kind], now))
            ask(container, (enum probe_kind)kind);
    }
}

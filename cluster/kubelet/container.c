#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/recorder.h"
#include "cluster/kubelet/pod.h"
#include "common/clock.h"
#include "common/quantity.h"

static int64_t limit_of(const cJSON *spec, const char *name, bool milli)
{
    struct quantity quantity;
    const char *text = json_text(json_get(spec, "resources", "limits", name), NULL);
    if (text == NULL || quantity_parse(text, &quantity, NULL) < 0)
        return 0;
    const int64_t value = milli ? quantity_milli(quantity) : quantity_value(quantity);
    return value > 0 ? value : 0;
}

void container_init(struct container *container, struct pod *pod, const cJSON *spec, bool init, int index)
{
    *container = (struct container){.pod = pod, .spec = spec, .init = init, .index = index, .pidfd = -1, .output = -1};
    container->name = json_text(json_get(spec, "name"), "");
    container->process_watcher.ready = container_process_ready;
    container->output_watcher.ready = container_output_ready;
    container->cpu_millicores = limit_of(spec, "cpu", true);
    container->memory_limit = limit_of(spec, "memory", false);
    snprintf(container->waiting_reason, sizeof container->waiting_reason, "%s",
             init || pod->init_count == 0 ? "ContainerCreating" : "PodInitializing");
    probe_configure(&container->probes[PROBE_STARTUP], PROBE_STARTUP, json_get(spec, "startupProbe"));
    probe_configure(&container->probes[PROBE_LIVENESS], PROBE_LIVENESS, json_get(spec, "livenessProbe"));
    probe_configure(&container->probes[PROBE_READINESS], PROBE_READINESS, json_get(spec, "readinessProbe"));
}

void container_release(struct container *container)
{
    container_probes_stop(container);
    handler_cancel(&container->hook);
    handler_cancel(&container->post_start);
    image_release(&container->image);
    environment_release(&container->environment);
    process_group_release(&container->group);
    memory_close_descriptor(&container->pidfd);
    memory_close_descriptor(&container->output);
    container->pidfd = container->output = -1;
    container_log_destroy(container->log);
    container_log_destroy(container->previous_log);
    free(container->waiting_message);
    free(container->end_message);
    cJSON_Delete(container->last_state);
}

void container_event(const struct container *container, const char *type, const char *reason, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const struct kubelet *kubelet = container->pod->kubelet;
    AUTO_FREE char *field = memory_format("spec.%s{%s}", container->init ? "initContainers" : "containers", container->name);
    record_event(kubelet->options.registry, container->pod->latest, field, type, reason, "kubelet", container->pod->node->name,
                 "%s", text);
}

void container_wait(struct container *container, const char *reason, const char *format, ...)
{
    va_list arguments;
    char text[2048];
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    container->state = CONTAINER_WAITING;
    snprintf(container->waiting_reason, sizeof container->waiting_reason, "%s", reason);
    free(container->waiting_message);
    container->waiting_message = text[0] != '\0' ? memory_copy_text(text) : NULL;
    container->pod->changed = true;
}

bool container_will_restart(const struct container *container)
{
    const struct pod *pod = container->pod;
    if (pod->deleting || pod->gone || pod->kubelet->stopping)
        return false;
    if (is_sidecar(container))
        return !pod_is_through(pod);
    const char *policy = pod_restart_policy(pod);
    if (strcmp(policy, "Never") == 0)
        return false;
    if (strcmp(policy, "OnFailure") == 0 || container->init)
        return container->exit_code != 0;
    return true;
}

void container_try(struct container *container, int64_t now)
{
    if (container->state == CONTAINER_WAITING && container->next_try <= now)
        container_start(container, now);
}

void container_step(struct container *container, int64_t now)
{
    if (container->state != CONTAINER_RUNNING)
        return;
    handler_step(container->post_start, now);
    container_probes_step(container, now);
    container_stop_step(container, now);
    container_limits_step(container, now);
}

static int64_t earlier(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

int64_t container_next(const struct container *container)
{
    if (container->state == CONTAINER_WAITING)
        return container->next_try;
    if (container->state == CONTAINER_TERMINATED)
        return MOMENT_NEVER;
    int64_t next = MOMENT_NEVER;
    for (int kind = 0; kind < PROBE_KINDS; kind++) {
        next = earlier(next, probe_next(&container->probes[kind]));
        next = earlier(next, handler_next(container->asking[kind]));
    }
    next = earlier(next, handler_next(container->post_start));
    if (container->cpu_millicores > 0)
        next = earlier(next, container->cpu_check);
    if (container->memory_limit > 0)
        next = earlier(next, container->memory_check);
    if (container->stop == STOP_HOOK)
        next = earlier(next, container->hook_until);
    if (container->stop == STOP_TERM)
        next = earlier(next, container->kill_at);
    return next;
}

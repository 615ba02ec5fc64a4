/* Ending a container: preStop hook, SIGTERM, SIGKILL after the grace period. */
#include <signal.h>
#include <stdbool.h>

#include "cluster/kubelet/pod.h"
#include "common/clock.h"

/* What is left for SIGTERM at least, however long the preStop hook took (the kubelet's minimum). */
#define SHORTEST_TERM (2 * NANOSECONDS_PER_SECOND)
#define LONGEST_GRACE_SECONDS INT64_C(31536000)

static void send_term(struct container *container, int64_t now)
{
    container->stop = STOP_TERM;
    if (container->kill_at < now + SHORTEST_TERM)
        container->kill_at = now + SHORTEST_TERM;
    process_group_refresh(&container->group, 0, now);
    kill(container->group.leader, SIGTERM);
}

static void hook_answered(void *context, bool success, const char *message)
{
    (void)message;
    struct container *container = context;
    container->hook = NULL;
    if (!success)
        container_event(container, "Warning", "FailedPreStopHook", "PreStopHook failed");
    container->hook_until = 0; /* SIGTERM in the next step */
    container->pod->next = 0;
}

/* True when a hook runs now. */
static bool start_hook(struct container *container, const cJSON *hook, int64_t grace, int64_t now)
{
    const cJSON *sleep = json_get(hook, "sleep");
    struct error error = ERROR_NONE;
    if (sleep != NULL) {
        int64_t seconds = json_integer(json_get(sleep, "seconds"), 0);
        seconds = seconds < 0 ? 0 : seconds > LONGEST_GRACE_SECONDS ? LONGEST_GRACE_SECONDS : seconds;
        const int64_t wanted = seconds * NANOSECONDS_PER_SECOND;
        container->hook_until = now + (wanted < grace ? wanted : grace);
        return wanted > 0;
    }
    container->hook = handler_start(container, hook, grace, hook_answered, container, &error);
    container->hook_until = now + grace;
    if (container->hook == NULL)
        container_event(container, "Warning", "FailedPreStopHook", "PreStopHook failed: %s", error.text);
    return container->hook != NULL;
}

static void send_kill(struct container *container, int64_t now)
{
    container->stop = STOP_KILL;
    process_group_refresh(&container->group, 0, now);
    process_group_signal(&container->group, SIGKILL);
}

void container_stop(struct container *container, int64_t grace, int64_t now)
{
    if (container->state != CONTAINER_RUNNING || container->stop == STOP_KILL)
        return;
    if (grace <= 0) {
        send_kill(container, now);
        return;
    }
    if (container->stop != STOP_NOT) { /* a shorter grace than the one that runs */
        if (now + grace < container->kill_at)
            container->kill_at = now + grace;
        if (container->hook_until > container->kill_at)
            container->hook_until = container->kill_at;
        return;
    }
    handler_cancel(&container->post_start);
    container->kill_at = now + grace;
    const cJSON *hook = json_get(container->spec, "lifecycle", "preStop");
    if (hook != NULL && start_hook(container, hook, grace, now))
        container->stop = STOP_HOOK;
    else
        send_term(container, now);
}

void container_stop_step(struct container *container, int64_t now)
{
    if (container->stop == STOP_HOOK && now >= container->hook_until) {
        handler_cancel(&container->hook);
        send_term(container, now);
    }
    if (container->stop == STOP_TERM && now >= container->kill_at)
        send_kill(container, now);
}

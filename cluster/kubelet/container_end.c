/* The end of a container's process: what it was, and whether and when it is started again. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster/kubelet/pod.h"
#include "common/clock.h"
#include "common/duration.h"

/* Of one container's output no more is taken in at once, so that one that never stops does not hold up the others. */
#define OUTPUT_AT_ONCE (256 * 1024)
/* A program that cannot be started shows RunContainerError for this part of the base back-off before the second try. */
#define START_ERROR_PART 10

static void drain_output(struct container *container)
{
    char bytes[16384];
    size_t total = 0;
    ssize_t got = 0;
    while (total < OUTPUT_AT_ONCE && (got = read(container->output, bytes, sizeof bytes)) > 0) {
        container_log_append(container->log, bytes, (size_t)got, clock_wall());
        total += (size_t)got;
    }
    if (got == 0) { /* nobody can write any more */
        event_loop_remove(container->pod->kubelet->loop, container->output);
        close(container->output);
        container->output = -1;
    }
}

void container_output_ready(struct watcher *watcher, uint32_t events)
{
    (void)events;
    struct container *container = CONTAINER_OF(watcher, struct container, output_watcher);
    if (container->output >= 0)
        drain_output(container);
}

static void close_instance(struct container *container)
{
    struct kubelet *kubelet = container->pod->kubelet;
    if (container->output >= 0)
        drain_output(container);
    if (container->output >= 0) {
        event_loop_remove(kubelet->loop, container->output);
        close(container->output);
        container->output = -1;
    }
    event_loop_remove(kubelet->loop, container->pidfd);
    close(container->pidfd);
    container->pidfd = -1;
    container_log_finish(container->log, clock_wall());
}

void container_process_ready(struct watcher *watcher, uint32_t events)
{
    (void)events;
    struct container *container = CONTAINER_OF(watcher, struct container, process_watcher);
    siginfo_t about = {0};
    if (container->pidfd < 0 || waitid(P_PIDFD, (id_t)container->pidfd, &about, WEXITED | WNOHANG | WNOWAIT) < 0 ||
        about.si_pid == 0)
        return;
    const int64_t now = clock_monotonic();
    process_group_refresh(&container->group, 0, now);
    process_group_cpu(&container->group);
    process_group_signal(&container->group, SIGKILL);
    waitid(P_PIDFD, (id_t)container->pidfd, &about, WEXITED);
    close_instance(container);
    process_group_end(&container->group);
    const int exit_code = about.si_code == CLD_EXITED ? about.si_status : 128 + about.si_status;
    const char *reason = container->out_of_memory ? "OOMKilled" : exit_code == 0 ? "Completed" : "Error";
    AUTO_FREE char *message = termination_message_read(container, exit_code);
    container_ended(container, exit_code, reason, message, now);
    container->pod->next = 0;
}

static void wait_for_restart(struct container *container, int64_t now)
{
    struct pod *pod = container->pod;
    const struct cluster_periods *periods = &pod->kubelet->options.periods;
    char duration[DURATION_TEXT_SIZE];
    cJSON_Delete(container->last_state);
    container->last_state = cJSON_CreateObject();
    json_set(container->last_state, "terminated", container_terminated_state(container));
    const int64_t wait = now - container->started > periods->container_back_off_reset ? 0 : container->restart_back_off.wait;
    back_off_raise(&container->restart_back_off, periods->container_back_off_base, periods->container_back_off_maximum,
                   periods->container_back_off_reset, now + wait);
    container->next_try = now + wait;
    if (wait > 0) {
        container_event(container, "Warning", "BackOff", "Back-off restarting failed container %s in pod %s_%s(%s)",
                        container->name, pod->name, pod->namespace, pod->uid);
        container_wait(container, "CrashLoopBackOff", "back-off %s restarting failed container=%s pod=%s_%s(%s)",
                       duration_format_go(wait, duration), container->name, pod->name, pod->namespace, pod->uid);
    } else if (strcmp(container->end_reason, "StartError") == 0) {
        container_wait(container, "RunContainerError", "%s", container->end_message != NULL ? container->end_message : "");
        container->next_try = now + periods->container_back_off_base / START_ERROR_PART;
    } else {
        container_wait(container, "ContainerCreating", "%s", "");
    }
}

void container_ended(struct container *container, int exit_code, const char *reason, const char *message, int64_t now)
{
    struct pod *pod = container->pod;
    container_probes_stop(container);
    handler_cancel(&container->hook);
    handler_cancel(&container->post_start);
    container->stop = STOP_NOT;
    container->state = CONTAINER_TERMINATED;
    container->finished = now;
    container->finished_wall = clock_wall();
    container->exit_code = exit_code;
    container->ready = false;
    container->passed_startup = false;
    snprintf(container->end_reason, sizeof container->end_reason, "%s", reason);
    free(container->end_message);
    container->end_message = memory_copy_text(message);
    pod->changed = true;
    if (container_will_restart(container))
        wait_for_restart(container, now);
}

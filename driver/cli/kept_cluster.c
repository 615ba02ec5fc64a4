#include "driver/cli/kept_cluster.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"
#include "driver/cli/cli.h"

#define END_DEADLINE (20 * NANOSECONDS_PER_SECOND)
#define STAT_MAXIMUM 4096

/* Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat); 0 when there is no such process. */
static unsigned long long start_time(pid_t pid)
{
    AUTO_FREE char *path = memory_format("/proc/%ld/stat", (long)pid);
    AUTO_FREE char *text = file_read(path, STAT_MAXIMUM, NULL, NULL);
    const char *at = text != NULL ? strrchr(text, ')') : NULL;
    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at != NULL ? strtoull(at + 1, NULL, 10) : 0;
}

int kept_cluster_find(struct kept_cluster *cluster, struct error *error)
{
    *cluster = (struct kept_cluster){0};
    AUTO_FREE char *state = cli_state_folder(error);
    if (state == NULL)
        return -1;
    cluster->folder = memory_format("%s/cluster", state);
    cluster->kubeconfig = memory_format("%s/kubeconfig", cluster->folder);
    cluster->pid_file = memory_format("%s/cluster.pid", state);
    AUTO_FREE char *text = file_read(cluster->pid_file, STAT_MAXIMUM, NULL, NULL);
    long pid = 0;
    unsigned long long started = 0;
    if (text == NULL || sscanf(text, "%ld %llu", &pid, &started) != 2 || pid <= 1 || started == 0)
        return 0;
    if (start_time((pid_t)pid) == started)
        cluster->pid = (pid_t)pid;
    return 0;
}

void kept_cluster_release(struct kept_cluster *cluster)
{
    free(cluster->folder);
    free(cluster->kubeconfig);
    free(cluster->pid_file);
    *cluster = (struct kept_cluster){0};
}

int kept_cluster_remember(const struct kept_cluster *cluster, pid_t pid, struct error *error)
{
    AUTO_FREE char *text = memory_format("%ld %llu\n", (long)pid, start_time(pid));
    return file_write(cluster->pid_file, text, strlen(text), 0600, error);
}

void kept_cluster_print(const struct kept_cluster *cluster)
{
    (void)printf("The embedded cluster is up (process %ld).\n"
                 "  export KUBECONFIG=%s\n"
                 "  kubectl get pods -A\n"
                 "  %s cluster down    # ends it\n",
                 (long)cluster->pid, cluster->kubeconfig, program_invocation_name);
}

static bool ended_before(const struct kept_cluster *cluster, unsigned long long started, int64_t deadline)
{
    while (clock_monotonic() < deadline) {
        if (start_time(cluster->pid) != started)
            return true;
        clock_sleep_until(clock_monotonic() + 50 * NANOSECONDS_PER_MILLISECOND);
    }
    return false;
}

int kept_cluster_end(struct kept_cluster *cluster, struct error *error)
{
    if (cluster->pid == 0)
        return 0;
    unsigned long long started = start_time(cluster->pid);
    if (kill(cluster->pid, SIGTERM) < 0 && errno != ESRCH)
        return error_set(error, "cannot end process %ld: %s", (long)cluster->pid, strerror(errno));
    if (!ended_before(cluster, started, clock_monotonic() + END_DEADLINE)) {
        (void)kill(cluster->pid, SIGKILL);
        if (!ended_before(cluster, started, clock_monotonic() + END_DEADLINE))
            return error_set(error, "process %ld does not end", (long)cluster->pid);
    }
    AUTO_FREE char *log = memory_format("%s.log", cluster->folder);
    (void)unlink(log);
    (void)unlink(cluster->pid_file);
    cluster->pid = 0;
    return 0;
}

/*
 * labcluster: the embedded cluster. Starts the rooms, waits for the end, and stops them.
 */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cluster/cli/folder.h"
#include "cluster/cli/options.h"
#include "cluster/cli/rooms.h"
#include "cluster/supervisor/supervisor.h"
#include "common/log.h"
#include "common/memory.h"

#define EXIT_USAGE 2

static void say_ready(int descriptor, const char *url)
{
    if (descriptor < 0)
        return;
    AUTO_FREE char *line = memory_format("ready %s\n", url);
    if (write(descriptor, line, strlen(line)) < 0)
        log_warning("labcluster", "cannot say that the cluster is ready: %s", strerror(errno));
    close(descriptor);
}

/* True when the other end of a pipe is closed; what comes through it is thrown away. */
static bool is_at_end(const struct pollfd *end)
{
    char bytes[256];
    if ((end->revents & POLLIN) != 0)
        return read(end->fd, bytes, sizeof bytes) == 0;
    return (end->revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

/* Waits for a signal, the end of the caller's lifeline or of the supervisor. */
static void wait_for_end(int signals, int lifeline, int supervisor)
{
    struct pollfd ends[3] = {
        {.fd = signals, .events = POLLIN}, {.fd = supervisor, .events = POLLIN}, {.fd = lifeline, .events = POLLIN}};
    for (;;) {
        if (poll(ends, 3, -1) < 0) {
            if (errno == EINTR)
                continue;
            return;
        }
        if (ends[0].revents != 0 || is_at_end(&ends[1]) || is_at_end(&ends[2]))
            return;
    }
}

static int open_signals(struct error *error)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGQUIT);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return error_set(error, "cannot set up signals: %s", strerror(errno));
    int descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
    return descriptor >= 0 ? descriptor : error_set(error, "cannot set up signals: %s", strerror(errno));
}

/* The folder of this program's own file; the caller frees it. NULL with an error. */
static char *own_folder(struct error *error)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0) {
        (void)error_set(error, "cannot find the programs' folder: %s", strerror(errno));
        return NULL;
    }
    path[length] = '\0';
    *strrchr(path, '/') = '\0';
    return memory_copy_text(path);
}

static int run_cluster(const struct cluster_options *options, int supervisor, struct error *error)
{
    AUTO_CLOSE int signals = open_signals(error);
    AUTO_FREE char *programs = options->programs != NULL ? memory_copy_text(options->programs) : own_folder(error);
    AUTO_FREE char *kubeconfig =
        options->kubeconfig != NULL ? memory_copy_text(options->kubeconfig) : memory_format("%s/kubeconfig", options->folder);
    if (signals < 0 || programs == NULL)
        return -1;
    struct cluster cluster = {0};
    int outcome = cluster_start(&cluster, options, programs, kubeconfig, error);
    if (outcome == 0) {
        say_ready(options->ready, cluster.url);
        log_info("labcluster", "ready at %s, kubeconfig %s", cluster.url, kubeconfig);
        wait_for_end(signals, options->lifeline, supervisor);
        if (unlink(kubeconfig) != 0 && errno != ENOENT)
            log_warning("labcluster", "cannot remove %s: %s", kubeconfig, strerror(errno));
    }
    cluster_stop(&cluster);
    return outcome;
}

static bool has_ended(int supervisor)
{
    struct pollfd end = {.fd = supervisor, .events = POLLIN};
    return poll(&end, 1, 0) > 0 && is_at_end(&end);
}

/* What the pod of metrics-server does. */
static int pause_until_signal(void)
{
    sigset_t signals;
    int received = 0;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    (void)sigwait(&signals, &received);
    return EXIT_SUCCESS;
}

static int fail(const struct error *error, int code)
{
    (void)fprintf(stderr, "labcluster: %s\n", error->text);
    return code;
}

int main(int count, char **arguments)
{
    struct cluster_options options;
    struct error error = ERROR_NONE;
    int lock = -1;
    int supervisor = -1;
    if (count == 2 && strcmp(arguments[1], "pause") == 0)
        return pause_until_signal();
    int outcome = cluster_options_parse(count, arguments, &options, &error);
    if (outcome != 0)
        return outcome > 0 ? EXIT_SUCCESS : fail(&error, EXIT_USAGE);
    if (cluster_folder_prepare(options.folder, &lock, &error) != 0)
        return fail(&error, EXIT_USAGE);
    /* Each connection has a thread: with an arena for each of them, memory once used would hardly ever come back. */
    (void)mallopt(M_ARENA_MAX, 2);
    if (supervisor_split(options.folder, &supervisor, &error) != 0)
        return fail(&error, EXIT_FAILURE);
    outcome = run_cluster(&options, supervisor, &error);
    if (outcome != 0)
        (void)fail(&error, EXIT_FAILURE);
    struct error left = ERROR_NONE;
    if (has_ended(supervisor) && supervisor_clean_up(options.folder, &left) != 0)
        (void)fail(&left, EXIT_FAILURE);
    return outcome == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#include "driver/run/embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"

#define STOP_DEADLINE (20 * NANOSECONDS_PER_SECOND)
#define READY_STEP 100 /* ms */
#define ARGUMENTS_MAXIMUM 20

extern char **environ;

/* Path of a program that lies beside this one; the caller frees it. */
static char *program_path(const char *name)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0)
        return memory_copy_text(name);
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        slash[1] = '\0';
    return memory_format("%s%s", self, name);
}

/* The two descriptors that labcluster inherits: 3 = ready line, 4 = lifeline. */
enum { READY_DESCRIPTOR = 3, LIFELINE_DESCRIPTOR = 4 };

static int add_actions(posix_spawn_file_actions_t *actions, const char *log, int ready, int lifeline)
{
    int code = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (code == 0)
        code = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (code == 0)
        code = posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, STDERR_FILENO);
    if (code == 0)
        code = posix_spawn_file_actions_adddup2(actions, ready, READY_DESCRIPTOR);
    if (code == 0 && lifeline >= 0)
        code = posix_spawn_file_actions_adddup2(actions, lifeline, LIFELINE_DESCRIPTOR);
    return code;
}

/* A session of its own: Ctrl-C in the terminal is for the driver, which then ends the cluster in order. */
static int spawn(const char *program, const char *const *arguments, const char *log, int ready, int lifeline, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    sigset_t none;
    (void)sigemptyset(&none);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    int code = add_actions(&actions, log, ready, lifeline);
    if (code == 0)
        code = posix_spawn(pid, program, &actions, &attributes, (char *const *)(uintptr_t)arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    return code;
}

/* The pipe's ends are moved above the descriptors that the child gets, so that dup2 never meets itself. */
static int make_pipe(int ends[2])
{
    int low[2];
    if (pipe2(low, O_CLOEXEC) < 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 10);
        (void)close(low[i]);
    }
    return ends[0] < 0 || ends[1] < 0 ? -1 : 0;
}

static int report_early_end(const char *log, struct error *error)
{
    AUTO_FREE char *text = file_read(log, 1 << 20, NULL, NULL);
    const char *last = "it says nothing";
    if (text != NULL && text[0] != '\0') {
        size_t length = strlen(text);
        while (length > 0 && text[length - 1] == '\n')
            text[--length] = '\0';
        const char *line = strrchr(text, '\n');
        last = line != NULL ? line + 1 : text;
    }
    return error_set(error, "the embedded cluster ended while starting: %.600s (log: %s)", last, log);
}

/* One line or the end of the pipe. */
static int wait_for_ready(int ready, int64_t deadline, const atomic_bool *stop, const char *log, struct error *error)
{
    struct pollfd poll_ready = {.fd = ready, .events = POLLIN};
    char text[512];
    while (clock_monotonic() < deadline) {
        if (poll(&poll_ready, 1, READY_STEP) > 0) {
            ssize_t got = read(ready, text, sizeof text);
            return got > 0 ? 0 : report_early_end(log, error);
        }
        if (stop != NULL && atomic_load(stop))
            return error_set(error, "ended while the embedded cluster was starting");
    }
    return error_set(error, "the embedded cluster is not ready in time (log: %s)", log);
}

/* Descriptor 3 is the pipe that tells of readiness, 4 the lifeline (spawn). */
static void fill_arguments(const struct embedded_options *options, const char *program, const char *arguments[ARGUMENTS_MAXIMUM])
{
    const char *const pairs[][2] = {
        {"--folder", options->folder},
        {"--pace", options->pace},
        {"--nodes", options->nodes},
        {"--node-cpu", options->node_cpu},
        {"--node-memory", options->node_memory},
        {"--controllers", options->controllers},
        {"--ready-fd", "3"},
        {"--lifeline", options->outlive_driver ? NULL : "4"},
    };
    size_t count = 0;
    arguments[count++] = program;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (pairs[i][1] == NULL)
            continue;
        arguments[count++] = pairs[i][0];
        arguments[count++] = pairs[i][1];
    }
    arguments[count] = NULL;
}

int embedded_start(const struct embedded_options *options, int64_t deadline, struct embedded *embedded, struct error *error)
{
    *embedded = (struct embedded){.lifeline = -1};
    AUTO_FREE char *program = program_path("labcluster");
    AUTO_FREE char *log = memory_format("%s.log", options->folder);
    int ready[2] = {-1, -1};
    int life[2] = {-1, -1};
    if (make_pipe(ready) < 0 || make_pipe(life) < 0)
        return error_set(error, "cannot make a pipe: %s", strerror(errno));
    const char *arguments[ARGUMENTS_MAXIMUM];
    fill_arguments(options, program, arguments);
    int code = spawn(program, arguments, log, ready[1], options->outlive_driver ? -1 : life[0], &embedded->pid);
    (void)close(ready[1]);
    (void)close(life[0]);
    embedded->lifeline = life[1];
    embedded->kubeconfig = memory_format("%s/kubeconfig", options->folder);
    int result = code != 0 ? error_set(error, "%s: %s", program, strerror(code))
                           : wait_for_ready(ready[0], clock_monotonic() + deadline, options->stop, log, error);
    if (code != 0)
        embedded->pid = 0;
    (void)close(ready[0]);
    if (result < 0)
        embedded_stop(embedded, false);
    return result;
}

static bool wait_until(pid_t pid, int64_t deadline)
{
    while (clock_monotonic() < deadline) {
        pid_t ended = waitpid(pid, NULL, WNOHANG);
        if (ended == pid || (ended < 0 && errno == ECHILD))
            return true;
        clock_sleep_until(clock_monotonic() + 20 * NANOSECONDS_PER_MILLISECOND);
    }
    return false;
}

bool embedded_has_ended(struct embedded *embedded)
{
    if (embedded->pid > 0 && waitpid(embedded->pid, NULL, WNOHANG) == embedded->pid)
        embedded->pid = -1;
    return embedded->pid < 0;
}

void embedded_stop(struct embedded *embedded, bool keep)
{
    if (embedded->pid > 0 && !keep) {
        (void)kill(embedded->pid, SIGTERM);
        if (!wait_until(embedded->pid, clock_monotonic() + STOP_DEADLINE)) {
            (void)kill(embedded->pid, SIGKILL);
            (void)wait_until(embedded->pid, clock_monotonic() + STOP_DEADLINE);
        }
    }
    memory_close_descriptor(&embedded->lifeline);
    free(embedded->kubeconfig);
    *embedded = (struct embedded){.lifeline = -1};
}

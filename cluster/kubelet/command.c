#include "cluster/kubelet/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/clock.h"

#define LONGEST_NAME 1024

struct command {
    struct watcher process_watcher, output_watcher;
    struct event_loop *loop;
    struct process_family *family;
    command_done *done;
    void *context;
    pid_t pid;
    int pidfd, output; /* -1 = closed */
    int64_t deadline;  /* monotonic */
    struct buffer text;
    char *name; /* the command line, for messages */
};

#define COMMAND_OF(pointer, member) ((struct command *)(void *)((char *)(pointer)-offsetof(struct command, member)))

static void keep(struct command *command, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count && command->text.length < COMMAND_LONGEST_OUTPUT; i++) {
        const bool plain = (bytes[i] >= ' ' && bytes[i] <= '~') || bytes[i] == '\n' || bytes[i] == '\t';
        (void)buffer_append_character(&command->text, plain ? bytes[i] : '?');
    }
}

static void close_output(struct command *command)
{
    if (command->output < 0)
        return;
    event_loop_remove(command->loop, command->output);
    close(command->output);
    command->output = -1;
}

/* What is there now; what is beyond the limit is read and thrown away. */
static void drain_output(struct command *command)
{
    char bytes[4096];
    ssize_t got = 0;
    for (size_t total = 0; total < 65536 && (got = read(command->output, bytes, sizeof bytes)) > 0; total += (size_t)got)
        keep(command, bytes, (size_t)got);
    if (got == 0)
        close_output(command);
}

static void output_ready(struct watcher *watcher, uint32_t events)
{
    (void)events;
    struct command *command = COMMAND_OF(watcher, output_watcher);
    if (command->output >= 0)
        drain_output(command);
}

/* The exit code, as a shell tells it. */
static int reap(struct command *command)
{
    siginfo_t about = {0};
    if (waitid(P_PIDFD, (id_t)command->pidfd, &about, WEXITED) < 0)
        return 128 + SIGKILL;
    process_family_release_child(command->family, command->pid);
    return about.si_code == CLD_EXITED ? about.si_status : 128 + about.si_status;
}

static void discard(struct command *command)
{
    close_output(command);
    event_loop_remove(command->loop, command->pidfd);
    close(command->pidfd);
    command->pidfd = -1;
    buffer_release(&command->text);
    free(command->name);
    event_loop_discard(command->loop, command);
}

void command_cancel(struct command *command)
{
    kill(-command->pid, SIGKILL);
    (void)reap(command);
    discard(command);
}

static void finish(struct command *command, bool success, const char *message)
{
    command_done *done = command->done;
    void *context = command->context;
    AUTO_FREE char *copy = memory_copy_text(message);
    discard(command);
    done(context, success, copy);
}

static void process_ready(struct watcher *watcher, uint32_t events)
{
    (void)events;
    struct command *command = COMMAND_OF(watcher, process_watcher);
    if (command->pidfd < 0)
        return;
    const bool success = reap(command) == 0;
    if (command->output >= 0)
        drain_output(command);
    finish(command, success, command->text.data);
}

int64_t command_next(const struct command *command)
{
    return command->deadline;
}

void command_step(struct command *command, int64_t now)
{
    if (now < command->deadline)
        return;
    AUTO_FREE char *message = memory_format("command \"%s\" timed out", command->name);
    kill(-command->pid, SIGKILL);
    (void)reap(command);
    finish(command, false, message);
}

static char *name_of(char *const *arguments)
{
    struct buffer text AUTO_BUFFER;
    buffer_init(&text, LONGEST_NAME);
    for (size_t i = 0; arguments[i] != NULL; i++)
        (void)buffer_append_format(&text, "%s%s", i > 0 ? " " : "", arguments[i]);
    return buffer_steal(&text);
}

struct command *command_start(struct event_loop *loop, struct process_family *family, const struct process_start *start,
                              int64_t timeout, command_done *done, void *context, struct error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) {
        (void)error_set(error, "cannot make a pipe for the output: %s", strerror(errno));
        return NULL;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    struct process_start own = *start;
    own.output = ends[1];
    int pidfd = -1;
    const pid_t pid = process_spawn(&own, &pidfd, error);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return NULL;
    }
    process_family_keep_child(family, pid);
    struct command *command = memory_allocate(1, sizeof *command);
    *command = (struct command){.process_watcher = {.ready = process_ready},
                                .output_watcher = {.ready = output_ready},
                                .loop = loop,
                                .family = family,
                                .done = done,
                                .context = context,
                                .pid = pid,
                                .pidfd = pidfd,
                                .output = ends[0],
                                .deadline = clock_monotonic() + timeout,
                                .name = name_of(start->arguments)};
    buffer_init(&command->text, COMMAND_LONGEST_OUTPUT);
    event_loop_add(loop, command->output, EPOLLIN, &command->output_watcher);
    event_loop_add(loop, command->pidfd, EPOLLIN, &command->process_watcher);
    return command;
}

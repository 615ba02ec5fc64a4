#include "tests/support/child.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "tests/support/folder.h"

#define ARGUMENT_MAXIMUM 64
#define EXEC_FAILED 127
#define WAIT_STEP (5 * NANOSECONDS_PER_MILLISECOND)

struct test_child {
    pid_t pid;
    bool ended;
    int status;   /* as test_child_wait returns it; valid once ended */
    char *folder; /* holds the files output and errors */
};

static char *program_path(const char *program)
{
    const char *build = getenv("HPALAB_BUILD");
    if (strchr(program, '/') != NULL)
        return memory_copy_text(program);
    return memory_format("%s/bin/%s", build == NULL || build[0] == '\0' ? "build" : build, program);
}

static char *file_path(const struct test_child *child, const char *name)
{
    return memory_format("%s/%s", child->folder, name);
}

static void redirect(const char *path, int descriptor)
{
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || dup2(file, descriptor) < 0)
        _exit(EXEC_FAILED);
}

/* Runs in the forked process: nothing of the parent's may be freed or flushed. */
static _Noreturn void become(const char *path, char *const *arguments, const char *const *environment, pid_t parent,
                             const char *output, const char *errors)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXEC_FAILED);
    redirect("/dev/null", STDIN_FILENO);
    redirect(output, STDOUT_FILENO);
    redirect(errors, STDERR_FILENO);
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++)
        (void)putenv((char *)(uintptr_t)environment[i]);
    (void)execv(path, arguments);
    _exit(EXEC_FAILED);
}

struct test_child *test_child_start(const char *program, const char *const *arguments, const char *const *environment)
{
    char *vector[ARGUMENT_MAXIMUM] = {NULL};
    AUTO_FREE char *path = program_path(program);
    if (access(path, X_OK) != 0)
        fail_msg("no program %s: build it, or set HPALAB_BUILD", path);
    struct test_child *child = memory_allocate(1, sizeof *child);
    child->folder = test_folder_create();
    AUTO_FREE char *output = file_path(child, "output");
    AUTO_FREE char *errors = file_path(child, "errors");
    vector[0] = path;
    for (size_t i = 0; arguments[i] != NULL; i++) {
        assert_true(i + 2 < ARGUMENT_MAXIMUM);
        vector[i + 1] = (char *)(uintptr_t)arguments[i];
    }
    pid_t parent = getpid();
    child->pid = fork();
    if (child->pid == 0)
        become(path, vector, environment, parent, output, errors);
    assert_true(child->pid > 0);
    return child;
}

pid_t test_child_pid(const struct test_child *child)
{
    return child->pid;
}

void test_child_signal(const struct test_child *child, int signal)
{
    if (!child->ended)
        (void)kill(child->pid, signal);
}

static void note_end(struct test_child *child, int status)
{
    child->ended = true;
    child->status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int test_child_wait(struct test_child *child, double seconds)
{
    int64_t deadline = clock_monotonic() + (int64_t)(seconds * (double)NANOSECONDS_PER_SECOND);
    while (!child->ended) {
        int status = 0;
        if (waitpid(child->pid, &status, WNOHANG) == child->pid)
            note_end(child, status);
        else if (clock_monotonic() >= deadline)
            return TEST_CHILD_RUNNING;
        else
            clock_sleep_until(clock_monotonic() + WAIT_STEP);
    }
    return child->status;
}

void test_child_end(struct test_child *child)
{
    if (child == NULL)
        return;
    test_child_signal(child, SIGKILL);
    if (!child->ended)
        (void)waitpid(child->pid, NULL, 0);
    test_folder_remove(child->folder);
    free(child->folder);
    free(child);
}

static char *read_or_empty(const struct test_child *child, const char *name)
{
    AUTO_FREE char *path = file_path(child, name);
    char *text = test_folder_read_file(path);
    return text != NULL ? text : memory_copy_text("");
}

char *test_child_output(const struct test_child *child)
{
    return read_or_empty(child, "output");
}

char *test_child_errors(const struct test_child *child)
{
    return read_or_empty(child, "errors");
}

int64_t test_process_cpu(pid_t pid)
{
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
        return -1;
    return (int64_t)time.tv_sec * NANOSECONDS_PER_SECOND + time.tv_nsec;
}

pid_t test_process_child(pid_t pid)
{
    AUTO_FREE char *path = memory_format("/proc/%d/task/%d/children", (int)pid, (int)pid);
    AUTO_FREE char *text = test_folder_read_file(path);
    return text == NULL ? 0 : (pid_t)strtol(text, NULL, 10);
}

int64_t test_process_status_number(pid_t pid, const char *name)
{
    AUTO_FREE char *path = memory_format("/proc/%d/status", (int)pid);
    AUTO_FREE char *text = test_folder_read_file(path);
    AUTO_FREE char *label = memory_format("\n%s:", name);
    const char *found = text == NULL ? NULL : strstr(text, label);
    return found == NULL ? -1 : strtoll(found + strlen(label), NULL, 10);
}

struct test_ended test_child_finish(struct test_child *child, double seconds)
{
    struct test_ended ended = {.code = test_child_wait(child, seconds)};
    ended.output = test_child_output(child);
    ended.errors = test_child_errors(child);
    test_child_end(child);
    return ended;
}

void test_ended_release(struct test_ended *ended)
{
    free(ended->output);
    free(ended->errors);
}

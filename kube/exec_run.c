#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "kube/exec_plugin.h"

#define LOOK_PERIOD (10 * NANOSECONDS_PER_MILLISECOND)

struct child {
    pid_t pid;
    int output; /* the reading end */
    bool group; /* leads a process group of its own */
};

static char *describe_wish(const struct exec_plugin *plugin, bool interactive)
{
    AUTO_JSON cJSON *wish = cJSON_CreateObject();
    json_set_text(wish, "kind", "ExecCredential");
    json_set_text(wish, "apiVersion", plugin->api_version);
    cJSON *spec = json_object_at(wish, "spec");
    json_set_boolean(spec, "interactive", interactive);
    if (plugin->cluster != NULL)
        json_set(spec, "cluster", json_parse(plugin->cluster, strlen(plugin->cluster), NULL));
    return json_print(wish);
}

/* Whether a variable of this program's is set anew. */
static bool is_replaced(const struct exec_plugin *plugin, const char *variable)
{
    size_t length = strcspn(variable, "=") + 1;
    if (strncmp(variable, "KUBERNETES_EXEC_INFO=", length) == 0)
        return true;
    for (size_t i = 0; plugin->environment[i] != NULL; i++) {
        if (strncmp(plugin->environment[i], variable, length) == 0)
            return true;
    }
    return false;
}

/* This program's environment with the plugin's variables and info; the array is the caller's to free, its texts are not. */
static char **make_environment(const struct exec_plugin *plugin, char *info)
{
    size_t own = 0;
    size_t more = 0;
    while (environ[own] != NULL)
        own++;
    while (plugin->environment[more] != NULL)
        more++;
    char **environment = memory_allocate(own + more + 2, sizeof *environment);
    size_t count = 0;
    for (size_t i = 0; i < own; i++) {
        if (!is_replaced(plugin, environ[i]))
            environment[count++] = environ[i];
    }
    for (size_t i = 0; i < more; i++)
        environment[count++] = plugin->environment[i];
    environment[count] = info;
    return environment;
}

static int add_actions(posix_spawn_file_actions_t *actions, bool interactive, int output)
{
    int code = 0;
    if (!interactive)
        code = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    return code == 0 ? posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO) : code;
}

/* A program that may ask stays in the terminal's process group; another gets its own, to be ended with all that it starts. */
static int spawn(const struct exec_plugin *plugin, char **environment, bool interactive, int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t usual;
    (void)sigemptyset(&none);
    (void)sigemptyset(&usual);
    (void)sigaddset(&usual, SIGPIPE);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &usual);
    short group = interactive ? 0 : POSIX_SPAWN_SETPGROUP;
    (void)posix_spawnattr_setflags(&attributes, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
    int code = add_actions(&actions, interactive, output);
    if (code == 0)
        code = posix_spawnp(pid, plugin->command, &actions, &attributes, plugin->arguments, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    return code;
}

static int start(const struct exec_plugin *plugin, bool interactive, struct child *child, struct error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set(error, "%s cannot be run: %s", plugin->command, strerror(errno));
    AUTO_FREE char *wish = describe_wish(plugin, interactive);
    AUTO_FREE char *info = memory_format("KUBERNETES_EXEC_INFO=%s", wish);
    AUTO_FREE char **environment = make_environment(plugin, info);
    *child = (struct child){.output = ends[0], .group = !interactive};
    int code = spawn(plugin, environment, interactive, ends[1], &child->pid);
    (void)close(ends[1]);
    if (code == 0)
        return 0;
    (void)close(ends[0]);
    const char *hint = code == ENOENT && plugin->install_hint != NULL ? plugin->install_hint : "";
    return error_set(error, "%s, which the kubeconfig names for credentials, cannot be run: %s%s%.400s", plugin->command,
                     strerror(code), hint[0] != '\0' ? "; " : "", hint);
}

/* Reads until the end of the output; -1 when that is too long or the time is over. */
static int read_output(const struct child *child, int64_t until, struct buffer *output)
{
    char block[4096];
    for (;;) {
        int64_t left = until - clock_monotonic();
        struct pollfd ready = {.fd = child->output, .events = POLLIN};
        if (left <= 0)
            return -1;
        int64_t milliseconds = left / NANOSECONDS_PER_MILLISECOND + 1;
        if (poll(&ready, 1, milliseconds < 1000 ? (int)milliseconds : 1000) <= 0)
            continue;
        ssize_t got = read(child->output, block, sizeof block);
        if (got == 0)
            return 0;
        if (got > 0 && buffer_append(output, block, (size_t)got) < 0)
            return -1;
        if (got < 0 && errno != EINTR)
            return -1;
    }
}

/* The status of waitpid, or -1 when it did not end in time. */
static int wait_for_end(const struct child *child, int64_t until)
{
    int status = 0;
    for (;;) {
        pid_t ended = waitpid(child->pid, &status, WNOHANG);
        if (ended == child->pid)
            return status;
        if ((ended < 0 && errno != EINTR) || clock_monotonic() >= until)
            return -1;
        clock_sleep_until(clock_monotonic() + LOOK_PERIOD);
    }
}

static void end(const struct child *child)
{
    (void)kill(child->group ? -child->pid : child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

static int judge(const struct exec_plugin *plugin, int status, struct error *error)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status))
        return error_set(error, "%s, which the kubeconfig names for credentials, ended with exit status %d", plugin->command,
                         WEXITSTATUS(status));
    return error_set(error, "%s, which the kubeconfig names for credentials, was ended by signal %d", plugin->command,
                     WTERMSIG(status));
}

static int run(const struct exec_plugin *plugin, bool interactive, int64_t deadline, struct buffer *output, struct error *error)
{
    struct child child = {.output = -1};
    int64_t until = clock_monotonic() + deadline;
    if (start(plugin, interactive, &child, error) < 0)
        return -1;
    int result = read_output(&child, until, output);
    (void)close(child.output);
    int status = result == 0 ? wait_for_end(&child, until) : -1;
    if (status >= 0)
        return judge(plugin, status, error);
    end(&child);
    if (output->overflowed)
        return error_set(error, "%s prints more than %u bytes", plugin->command, EXEC_PLUGIN_MAXIMUM_OUTPUT);
    return error_set(error, "%s, which the kubeconfig names for credentials, did not end in %lld s", plugin->command,
                     (long long)(deadline / NANOSECONDS_PER_SECOND));
}

int exec_plugin_run(const struct exec_plugin *plugin, int64_t deadline, struct exec_credential *credential, struct error *error)
{
    *credential = (struct exec_credential){0};
    bool terminal = isatty(STDIN_FILENO) == 1;
    if (plugin->interactive_mode == EXEC_ALWAYS && !terminal)
        return error_set(error, "%s, which the kubeconfig names for credentials, needs a terminal (interactiveMode: Always)",
                         plugin->command);
    struct buffer output;
    buffer_init(&output, EXEC_PLUGIN_MAXIMUM_OUTPUT);
    int result = run(plugin, terminal && plugin->interactive_mode != EXEC_NEVER, deadline, &output, error);
    if (result == 0)
        result = exec_credential_parse(plugin, output.data, output.length, credential, error);
    if (output.length > 0)
        explicit_bzero(output.data, output.length);
    buffer_release(&output);
    if (result < 0)
        exec_credential_release(credential);
    return result;
}

#include "cluster/kubelet/handler.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/kubelet/command.h"
#include "cluster/kubelet/pod.h"
#include "cluster/kubelet/pod_folder.h"
#include "common/clock.h"

struct handler {
    handler_done *done;
    void *context;
    struct transfer *transfer;
    struct command *command;
    int64_t wake; /* monotonic; end of a sleep; MOMENT_NEVER for the others */
};

static void finish(void *context, bool success, const char *message)
{
    struct handler *handler = context;
    handler_done *done = handler->done;
    void *asker = handler->context;
    free(handler);
    done(asker, success, message);
}

/* A command may use the image's programs and, as the pod sees this machine's files, those of this machine. */
static char *find_program(const struct image *image, const char *name, struct error *error)
{
    static const char *const folders[] = {"/usr/local/bin", "/usr/bin", "/bin"};
    if (name[0] == '/' && access(name, X_OK) == 0)
        return memory_copy_text(name);
    char *program = image_find_program(image->folder, name, error);
    for (size_t i = 0; program == NULL && i < sizeof folders / sizeof folders[0]; i++)
        program = image_find_program(folders[i], name, NULL);
    return program;
}

static char **copy_arguments(const cJSON *command)
{
    size_t count = 0;
    const cJSON *argument;
    char **arguments = memory_allocate((size_t)cJSON_GetArraySize(command) + 1, sizeof *arguments);
    cJSON_ArrayForEach (argument, command)
        arguments[count++] = memory_copy_text(json_text(argument, ""));
    return arguments;
}

static struct command *start_command(struct container *container, const cJSON *words, int64_t timeout, struct handler *handler,
                                     struct error *error)
{
    const struct pod *pod = container->pod;
    struct kubelet *kubelet = pod->kubelet;
    const char *name = json_text(cJSON_GetArrayItem(words, 0), "");
    AUTO_FREE char *program = find_program(&container->image, name, error);
    AUTO_CLOSE int working =
        program == NULL ? -1 : pod_folder_open(pod->root, json_text(json_get(container->spec, "workingDir"), ""), error);
    if (working < 0) {
        (void)error_context(error, "failed to exec in container");
        return NULL;
    }
    char **arguments = copy_arguments(words);
    const struct process_start start = {.program = program,
                                        .arguments = arguments,
                                        .environment = container->environment.entries,
                                        .working_folder = working,
                                        .open_files = kubelet->open_files};
    struct command *command = command_start(kubelet->loop, &kubelet->family, &start, timeout, finish, handler, error);
    environment_free_arguments(arguments);
    if (command == NULL)
        (void)error_context(error, "failed to exec in container: exec: \"%s\"", name);
    return command;
}

struct handler *handler_start(struct container *container, const cJSON *specification, int64_t timeout, handler_done *done,
                              void *context, struct error *error)
{
    struct handler *handler = memory_allocate(1, sizeof *handler);
    *handler = (struct handler){.done = done, .context = context, .wake = MOMENT_NEVER};
    const cJSON *words = json_get(specification, "exec", "command");
    const cJSON *seconds = json_get(specification, "sleep", "seconds");
    bool started = true;
    if (words != NULL) {
        handler->command = start_command(container, words, timeout, handler, error);
        started = handler->command != NULL;
    } else if (seconds != NULL) {
        const int64_t most = timeout / NANOSECONDS_PER_SECOND;
        const int64_t wanted = json_integer(seconds, 0);
        handler->wake = clock_monotonic() + (wanted < 0 ? 0 : wanted > most ? most : wanted) * NANOSECONDS_PER_SECOND;
    } else {
        handler->transfer = transfer_start(container->pod->kubelet->transfers, specification, container->spec,
                                           container->pod->address, timeout, finish, handler, error);
        started = handler->transfer != NULL;
    }
    if (started)
        return handler;
    free(handler);
    return NULL;
}

void handler_cancel(struct handler **handler)
{
    struct handler *ended = *handler;
    *handler = NULL;
    if (ended == NULL)
        return;
    if (ended->transfer != NULL)
        transfer_cancel(ended->transfer);
    if (ended->command != NULL)
        command_cancel(ended->command);
    free(ended);
}

int64_t handler_next(const struct handler *handler)
{
    if (handler == NULL)
        return MOMENT_NEVER;
    return handler->command != NULL ? command_next(handler->command) : handler->wake;
}

void handler_step(struct handler *handler, int64_t now)
{
    if (handler == NULL)
        return;
    if (handler->command != NULL)
        command_step(handler->command, now);
    else if (handler->wake <= now)
        finish(handler, true, "");
}

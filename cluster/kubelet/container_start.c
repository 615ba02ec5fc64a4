/* Starting a container: image, environment, program, process. Every failure ends in a state that says why. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cluster/kubelet/environment.h"
#include "cluster/kubelet/image.h"
#include "cluster/kubelet/pod.h"
#include "cluster/kubelet/pod_folder.h"
#include "cluster/kubelet/process.h"
#include "common/clock.h"
#include "common/random.h"
#include "common/version.h"

/* How long ErrImagePull shows before it becomes ImagePullBackOff. */
#define PULL_FAILURE_SHOWN NANOSECONDS_PER_SECOND
#define IDENTITY_BYTES 32

static const struct cluster_periods *periods_of(const struct container *container)
{
    return &container->pod->kubelet->options.periods;
}

static void image_never_pulled(struct container *container, const char *image, int64_t now)
{
    container_event(container, "Warning", "ErrImageNeverPull", "Container image \"%s\" is not present with pull policy of Never",
                    image);
    container_event(container, "Warning", "Failed", "Error: ErrImageNeverPull");
    container_wait(container, "ErrImageNeverPull", "Container image \"%s\" is not present with pull policy of Never", image);
    container->next_try = now + periods_of(container)->container_back_off_base;
}

static void image_name_invalid(struct container *container, const char *image, int64_t now)
{
    AUTO_FREE char *why = memory_format("Failed to apply default image tag \"%s\": couldn't parse image name \"%s\": invalid "
                                        "reference format",
                                        image, image);
    container_event(container, "Warning", "InspectFailed", "%s", why);
    container_event(container, "Warning", "Failed", "Error: InvalidImageName");
    container_wait(container, "InvalidImageName", "%s", why);
    container->next_try = now + periods_of(container)->container_back_off_base;
}

static void image_not_pulled(struct container *container, const char *image, int64_t now)
{
    const struct cluster_periods *periods = periods_of(container);
    const char *why = "this cluster has no image registry; it has hpalab:" HPALAB_VERSION
                      " and what `hpalab image load` brought, for the pull policies IfNotPresent and Never";
    if (now < container->image_allowed) {
        container_event(container, "Normal", "BackOff", "Back-off pulling image \"%s\"", image);
        container_event(container, "Warning", "Failed", "Error: ImagePullBackOff");
        container_wait(container, "ImagePullBackOff", "Back-off pulling image \"%s\": ErrImagePull: %s", image, why);
        container->next_try = container->image_allowed;
        return;
    }
    back_off_raise(&container->image_back_off, periods->container_back_off_base, periods->container_back_off_maximum,
                   periods->container_back_off_reset, now);
    container->image_allowed = back_off_until(&container->image_back_off, now);
    container_event(container, "Normal", "Pulling", "Pulling image \"%s\"", image);
    container_event(container, "Warning", "Failed", "Failed to pull image \"%s\": %s", image, why);
    container_event(container, "Warning", "Failed", "Error: ErrImagePull");
    container_wait(container, "ErrImagePull", "%s", why);
    container->next_try = now + PULL_FAILURE_SHOWN;
}

/* Whether the image is there and may be used; tells it, or what is missing. Always asks the registry, which is not there. */
static bool check_image(struct container *container, struct image *found, int64_t now)
{
    const struct kubelet_options *options = &container->pod->kubelet->options;
    const struct image_source source = {.program_folder = options->program_folder, .image_folder = options->image_folder};
    const char *image = json_text(json_get(container->spec, "image"), "");
    const char *policy = json_text(json_get(container->spec, "imagePullPolicy"), "");
    const enum image_presence presence = image_find(&source, image, found);
    if (presence == IMAGE_PRESENT && strcmp(policy, "Always") != 0) {
        container_event(container, "Normal", "Pulled",
                        "Container image \"%s\" already present on machine and can be accessed by the pod", image);
        return true;
    }
    if (presence == IMAGE_INVALID)
        image_name_invalid(container, image, now);
    else if (strcmp(policy, "Never") == 0)
        image_never_pulled(container, image, now);
    else
        image_not_pulled(container, image, now);
    return false;
}

static bool make_environment(struct container *container, int64_t now)
{
    struct pod *pod = container->pod;
    struct error error = ERROR_NONE;
    const struct environment_source source = pod_environment_source(pod, container->spec);
    environment_release(&container->environment);
    if (environment_make(&source, &container->environment, &error) == 0) {
        environment_set(&container->environment, PROCESS_GROUP_MARK, container->id);
        return true;
    }
    container_event(container, "Warning", "Failed", "Error: %s", error.text);
    container_wait(container, "CreateContainerConfigError", "%s", error.text);
    container->next_try = now + periods_of(container)->container_back_off_base;
    return false;
}

/* A fresh log; the one of the instance before is kept as the previous one. */
static int open_log(struct container *container, struct error *error)
{
    const struct pod *pod = container->pod;
    AUTO_FREE char *path = memory_format("%s/%d-%d.log", pod->folder, container->index, container->starts);
    struct container_log *log = container_log_create(path, error);
    if (log == NULL)
        return -1;
    container_log_destroy(container->previous_log);
    container->previous_log = container->log;
    container->log = log;
    memcpy(container->previous_log_instance, container->log_instance, sizeof container->log_instance);
    (void)snprintf(container->log_instance, sizeof container->log_instance, "%s", container->id);
    return 0;
}

static int open_output(struct container *container, int *write_end, struct error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set(error, "cannot make a pipe for the output: %s", strerror(errno));
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    container->output = ends[0];
    *write_end = ends[1];
    return event_loop_add(container->pod->kubelet->loop, ends[0], EPOLLIN, &container->output_watcher);
}

static int spawn(struct container *container, char *const *arguments, struct error *error)
{
    const struct pod *pod = container->pod;
    AUTO_FREE char *program = image_find_program(container->image.folder, arguments[0], error);
    if (program == NULL)
        return -1;
    AUTO_CLOSE int working = pod_folder_open(pod->root, json_text(json_get(container->spec, "workingDir"), ""), error);
    AUTO_CLOSE int output = -1;
    if (working < 0 || open_log(container, error) < 0 || open_output(container, &output, error) < 0)
        return -1;
    termination_message_prepare(container);
    const struct process_start start = {.program = program,
                                        .arguments = arguments,
                                        .environment = container->environment.entries,
                                        .working_folder = working,
                                        .output = output,
                                        .open_files = pod->kubelet->open_files};
    const pid_t pid = process_spawn(&start, &container->pidfd, error);
    if (pid < 0) {
        memory_close_descriptor(&container->output);
        container->output = -1;
        return error_context(error, "exec: \"%s\"", arguments[0]);
    }
    process_group_start(&container->group, &pod->kubelet->family, pid, container->id);
    return event_loop_add(pod->kubelet->loop, container->pidfd, EPOLLIN, &container->process_watcher);
}

static void begin_instance(struct container *container)
{
    container->starts++;
    container->restart_count = container->starts - 1;
    container->stop = STOP_NOT;
    container->out_of_memory = false;
    container->ready = false;
    container->passed_startup = false;
}

static void start_failed(struct container *container, const char *why, int64_t now)
{
    AUTO_FREE char *message = memory_format("failed to start container \"%s\": %s", container->name, why);
    container_event(container, "Warning", "Failed", "Error: %s", message);
    container->started = now;
    container->started_wall = 0;
    container_ended(container, 128, "StartError", message, now);
}

static void started(struct container *container, int64_t now)
{
    container->state = CONTAINER_RUNNING;
    container->started = now;
    container->started_wall = clock_wall();
    container->pod->changed = true;
    container_event(container, "Normal", "Started", "Container started");
    container_limits_start(container, now);
    container_post_start(container, now);
}

static void start_from_image(struct container *container, int64_t now)
{
    struct error error = ERROR_NONE;
    random_hex(IDENTITY_BYTES, container->id);
    if (!make_environment(container, now))
        return;
    char **arguments = environment_arguments(&container->environment, container->spec, container->image.program, &error);
    if (arguments == NULL) {
        container_event(container, "Warning", "Failed", "Error: %s", error.text);
        container_wait(container, "CreateContainerError", "%s", error.text);
        container->next_try = now + periods_of(container)->container_back_off_base;
        return;
    }
    begin_instance(container);
    container_event(container, "Normal", "Created", "Container created");
    if (spawn(container, arguments, &error) == 0)
        started(container, clock_monotonic());
    else
        start_failed(container, error.text, now);
    environment_free_arguments(arguments);
}

void container_start(struct container *container, int64_t now)
{
    image_release(&container->image);
    if (check_image(container, &container->image, now))
        start_from_image(container, now);
}

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster/api/recorder.h"
#include "cluster/kubelet/pod.h"
#include "cluster/kubelet/pod_folder.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/remove_folder.h"

/* Waits between tries to make a pod's folder and volumes. */
#define FIRST_SETUP_WAIT (500 * NANOSECONDS_PER_MILLISECOND)
#define LONGEST_SETUP_WAIT (122 * NANOSECONDS_PER_SECOND)
/* A status that could not be written, or a pod that could not be deleted, is tried again after this. */
#define WRITE_RETRY NANOSECONDS_PER_SECOND
#define MOST_CONTAINERS 64
/* Tokens that could not be made anew are tried again after this. */
#define TOKEN_RETRY (60 * NANOSECONDS_PER_SECOND)

static void make_containers(struct pod *pod)
{
    const cJSON *lists[2] = {json_get(object_tree(pod->object), "spec", "initContainers"),
                             json_get(object_tree(pod->object), "spec", "containers")};
    const int sizes[2] = {cJSON_GetArraySize(lists[0]), cJSON_GetArraySize(lists[1])};
    pod->init_count = sizes[0] < MOST_CONTAINERS ? sizes[0] : MOST_CONTAINERS;
    const int others = sizes[1] < MOST_CONTAINERS ? sizes[1] : MOST_CONTAINERS;
    pod->containers = memory_allocate((size_t)pod->init_count + (size_t)others, sizeof *pod->containers);
    for (int list = 0; list < 2; list++) {
        const cJSON *spec;
        int taken = 0;
        cJSON_ArrayForEach (spec, lists[list]) {
            if (taken++ < MOST_CONTAINERS) {
                container_init(&pod->containers[pod->count], pod, spec, list == 0, pod->count);
                pod->count++;
            }
        }
    }
}

struct pod *pod_create(struct kubelet *kubelet, const struct node *node, struct object *object, int64_t now_wall)
{
    struct pod *pod = memory_allocate(1, sizeof *pod);
    pod->kubelet = kubelet;
    pod->node = node;
    pod->object = object_reference(object);
    pod->latest = object_reference(object);
    pod->namespace = object_namespace(pod->object);
    pod->name = object_name(pod->object);
    pod->uid = object_uid(pod->object);
    pod->root = -1;
    pod->admitted_wall = now_wall;
    pod->setup_wait = FIRST_SETUP_WAIT;
    pod->next_write = MOMENT_NEVER;
    pod->changed = true;
    make_containers(pod);
    return pod;
}

void pod_destroy(struct pod *pod)
{
    struct error error = ERROR_NONE;
    for (int i = 0; i < pod->count; i++)
        container_release(&pod->containers[i]);
    memory_close_descriptor(&pod->root);
    if (pod->folder != NULL && remove_folder(pod->folder, &error) < 0)
        log_warning("kubelet", "%s", error.text);
    if (pod->address[0] != '\0')
        address_return_pod(pod->kubelet->options.slice, pod->address);
    free(pod->folder);
    event_loop_discard(pod->kubelet->loop, pod->containers);
    object_release(pod->object);
    object_release(pod->latest);
    free(pod);
}

const char *pod_restart_policy(const struct pod *pod)
{
    return json_text(json_get(object_tree(pod->object), "spec", "restartPolicy"), "Always");
}

int64_t pod_grace(const struct pod *pod)
{
    const int64_t seconds = json_integer(json_get(object_tree(pod->object), "spec", "terminationGracePeriodSeconds"), 30);
    return (seconds < 0 ? 0 : seconds > 31536000 ? 31536000 : seconds) * NANOSECONDS_PER_SECOND;
}

__attribute__((format(printf, 4, 5))) static void pod_event(const struct pod *pod, const char *type, const char *reason,
                                                            const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    record_event(pod->kubelet->options.registry, pod->latest, NULL, type, reason, "kubelet", pod->node->name, "%s", text);
}

bool pod_has_running(const struct pod *pod)
{
    for (int i = 0; i < pod->count; i++)
        if (pod->containers[i].state == CONTAINER_RUNNING)
            return true;
    return false;
}

void pod_end(struct pod *pod, int64_t grace, const char *message, int64_t now)
{
    for (int i = 0; i < pod->count; i++) {
        struct container *container = &pod->containers[i];
        if (message != NULL && is_sidecar(container))
            continue;
        if (container->state == CONTAINER_RUNNING && container->stop == STOP_NOT && message != NULL)
            container_event(container, "Normal", "Killing", "%s %s", message, container->name);
        container_stop(container, grace, now);
    }
    pod->end_by = now + grace;
    pod->next = 0;
}

void pod_take(struct pod *pod, struct object *object, int64_t now)
{
    const cJSON *metadata = json_get(object_tree(object), "metadata");
    const int64_t generation = json_integer(json_get(metadata, "generation"), 0);
    if (generation != json_integer(json_get(object_tree(pod->latest), "metadata", "generation"), 0))
        pod->changed = true;
    object_reference(object);
    object_release(pod->latest);
    pod->latest = object;
    pod->next = 0;
    if (json_text(json_get(metadata, "deletionTimestamp"), NULL) == NULL)
        return;
    int64_t seconds = json_integer(json_get(metadata, "deletionGracePeriodSeconds"), 30);
    seconds = seconds < 1 ? 1 : seconds;
    if (pod->deleting && seconds >= pod->grace_seconds)
        return;
    pod->deleting = true;
    pod->grace_seconds = seconds;
    pod->changed = true;
    pod_end(pod, seconds * NANOSECONDS_PER_SECOND, "Stopping container", now);
}

/* A plain name is one that cannot lead anywhere else as part of a path. */
static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL && strlen(name) < 200;
}

static int make_folder(struct pod *pod, struct error *error)
{
    if (!is_plain_name(pod->uid))
        return error_set(error, "the pod's uid is no plain name");
    if (pod->folder == NULL)
        pod->folder = memory_format("%s/pods/%s", pod->kubelet->options.root_folder, pod->uid);
    AUTO_FREE char *root = memory_format("%s/root", pod->folder);
    if ((mkdir(pod->folder, 0700) < 0 && errno != EEXIST) || (mkdir(root, 0755) < 0 && errno != EEXIST))
        return error_set(error, "cannot make the pod's folder: %s", strerror(errno));
    if (pod->root < 0)
        pod->root = open(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return pod->root < 0 ? error_set(error, "cannot open the pod's folder: %s", strerror(errno)) : 0;
}

static void set_up_later(struct pod *pod, int64_t now)
{
    pod->next_setup = now + pod->setup_wait;
    pod->setup_wait = pod->setup_wait * 2 < LONGEST_SETUP_WAIT ? pod->setup_wait * 2 : LONGEST_SETUP_WAIT;
}

/* Address, folder and volumes; until all are there the containers wait. */
static void set_up(struct pod *pod, int64_t now)
{
    struct error error = ERROR_NONE;
    const char *volume = "";
    if (pod->root < 0 && make_folder(pod, &error) < 0) {
        pod_event(pod, "Warning", "FailedCreatePodSandBox", "Failed to create pod sandbox: %s", error.text);
        set_up_later(pod, now);
        return;
    }
    const struct volume_source source = pod_volume_source(pod);
    if (pod_folder_mount(pod->root, &source, &volume, &error) < 0) {
        pod_event(pod, "Warning", "FailedMount", "MountVolume.SetUp failed for volume \"%s\" : %s", volume, error.text);
        set_up_later(pod, now);
        return;
    }
    if (address_take_pod(pod->kubelet->options.slice, pod->address, &error) < 0) {
        pod->address[0] = '\0';
        pod_event(pod, "Warning", "FailedCreatePodSandBox", "Failed to create pod sandbox: %s", error.text);
        set_up_later(pod, now);
        return;
    }
    const int64_t renewal = pod_token_renewal(pod);
    pod->next_tokens = renewal == MOMENT_NEVER ? MOMENT_NEVER : now + renewal;
    pod->next_sync =
        pod_folder_has_objects(object_tree(pod->object)) ? now + pod->kubelet->options.periods.pod_sync_frequency : MOMENT_NEVER;
    pod->set_up = true;
    pod->changed = true;
}

static bool refresh_volumes(struct pod *pod, bool tokens)
{
    struct error error = ERROR_NONE;
    const char *volume = "";
    const struct volume_source source = pod_volume_source(pod);
    if (pod_folder_refresh(pod->root, &source, tokens, &volume, &error) == 0)
        return true;
    pod_event(pod, "Warning", "FailedMount", "MountVolume.SetUp failed for volume \"%s\" : %s", volume, error.text);
    return false;
}

/* Fresh tokens before the old ones end; what the pod has of ConfigMaps, Secrets and itself follows them. */
static void keep_volumes(struct pod *pod, int64_t now)
{
    if (now >= pod->next_tokens)
        pod->next_tokens = now + (refresh_volumes(pod, true) ? pod_token_renewal(pod) : TOKEN_RETRY);
    if (now >= pod->next_sync) {
        (void)refresh_volumes(pod, false);
        pod->next_sync = now + pod->kubelet->options.periods.pod_sync_frequency;
    }
}

/* Init containers one after the other; true when all are through. */
static bool run_init_containers(struct pod *pod, int64_t now)
{
    for (int i = 0; i < pod->init_count; i++) {
        struct container *container = &pod->containers[i];
        container_try(container, now);
        if (!init_is_done(container))
            return false;
    }
    pod->initialized = true;
    return true;
}

static bool init_has_failed(const struct pod *pod)
{
    for (int i = 0; i < pod->init_count; i++)
        if (!is_sidecar(&pod->containers[i]) && pod->containers[i].state == CONTAINER_TERMINATED &&
            pod->containers[i].exit_code != 0)
            return true;
    return false;
}

/* Whether nothing runs and nothing will. */
static bool is_over(const struct pod *pod)
{
    if (pod_has_running(pod))
        return false;
    if (pod->deleting || pod->gone || init_has_failed(pod))
        return true;
    for (int i = pod->init_count; i < pod->count; i++)
        if (pod->containers[i].state != CONTAINER_TERMINATED)
            return false;
    return true;
}

static void run_containers(struct pod *pod, int64_t now)
{
    if (!pod->set_up && now >= pod->next_setup)
        set_up(pod, now);
    if (pod->set_up)
        keep_volumes(pod, now);
    if (!pod->set_up || !run_init_containers(pod, now))
        return;
    for (int i = pod->init_count; i < pod->count; i++)
        container_try(&pod->containers[i], now);
}

struct status_change {
    struct pod *pod;
    int64_t now_wall;
};

static bool change_status(cJSON *object, void *context)
{
    const struct status_change *change = context;
    if (strcmp(json_text(json_get(object, "metadata", "uid"), ""), change->pod->uid) != 0)
        return false;
    const cJSON *present = json_get(object, "status");
    const int64_t generation = json_integer(json_get(object, "metadata", "generation"), 1);
    cJSON *status = pod_status_make(change->pod, present, generation, change->now_wall);
    if (json_equal(status, present)) {
        cJSON_Delete(status);
        return false;
    }
    json_set(object, "status", status);
    return true;
}

static void write_status(struct pod *pod, int64_t now)
{
    struct status_change change = {.pod = pod, .now_wall = clock_wall()};
    AUTO_STATUS struct status status = {0};
    struct object *result = NULL;
    pod->changed = false;
    pod->next_write = MOMENT_NEVER;
    if (registry_mutate(pod->kubelet->options.registry, RESOURCE_PODS, pod->namespace, pod->name, SUBRESOURCE_STATUS,
                        change_status, &change, &result, &status) < 0) {
        if (status.code == 404)
            return; /* the watch tells it too */
        log_warning("kubelet", "cannot write the status of pod %s/%s: %s", pod->namespace, pod->name, status_message(&status));
        pod->next_write = now + WRITE_RETRY;
        return;
    }
    if (result != NULL && strcmp(object_uid(result), pod->uid) == 0) {
        object_release(pod->latest);
        pod->latest = result;
    } else {
        object_release(result);
    }
}

/* The last act for a pod that was deleted: with grace 0 its object goes. */
static void delete_object(struct pod *pod, int64_t now)
{
    AUTO_STATUS struct status status = {0};
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    options.grace_seconds = 0;
    options.uid = pod->uid;
    bool gone = false;
    if (registry_delete(pod->kubelet->options.registry, RESOURCE_PODS, pod->namespace, pod->name, &options, &gone, NULL,
                        &status) == 0 ||
        status.code == 404 || status.code == 409) {
        pod->gone = gone || status.code != 0;
        pod->next_write = gone || status.code != 0 ? MOMENT_NEVER : now + WRITE_RETRY;
        return;
    }
    log_warning("kubelet", "cannot delete pod %s/%s: %s", pod->namespace, pod->name, status_message(&status));
    pod->next_write = now + WRITE_RETRY;
}

static int64_t next_moment(const struct pod *pod)
{
    int64_t next = pod->gone || pod->kubelet->stopping ? MOMENT_NEVER : pod->next_write;
    if (!pod->set_up && !pod->ended && !pod->deleting && !pod->gone && !pod->kubelet->stopping && pod->next_setup < next)
        next = pod->next_setup;
    if (pod->set_up && !pod->ended && !pod->deleting && !pod->gone && !pod->kubelet->stopping) {
        const int64_t volumes = pod->next_tokens < pod->next_sync ? pod->next_tokens : pod->next_sync;
        next = volumes < next ? volumes : next;
    }
    for (int i = 0; i < pod->count; i++) {
        const struct container *container = &pod->containers[i];
        /* Containers that wait for others, or for the pod, have no moment of their own. */
        if (container->state == CONTAINER_WAITING &&
            (pod->ended || pod->deleting || pod->gone || pod->kubelet->stopping || container->next_try == 0))
            continue;
        const int64_t moment = container_next(container);
        next = moment < next ? moment : next;
    }
    return next;
}

void pod_step(struct pod *pod, int64_t now)
{
    pod->next = MOMENT_NEVER;
    for (int i = 0; i < pod->count; i++)
        container_step(&pod->containers[i], now);
    if (!pod->deleting && !pod->gone && !pod->ended && !pod->kubelet->stopping) {
        /* Others see the pod as ContainerCreating before anything of it runs. */
        if (!pod->set_up && pod->changed)
            write_status(pod, now);
        run_containers(pod, now);
    }
    pod_step_sidecars(pod, now);
    if (!pod->ended && is_over(pod)) {
        pod->ended = true;
        pod->changed = true;
    }
    if (!pod->gone && !pod->kubelet->stopping && (pod->changed || pod->next_write <= now))
        write_status(pod, now);
    if (pod->ended && pod->deleting && !pod->gone && !pod->kubelet->stopping)
        delete_object(pod, now);
    const int64_t next = next_moment(pod);
    pod->next = next < pod->next ? next : pod->next;
}

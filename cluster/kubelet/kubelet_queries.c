/* What others ask of the kubelet while it works: logs, usage, the folders of volumes. */
#include <stdio.h>
#include <string.h>

#include "cluster/kubelet/pod.h"
#include "cluster/kubelet/volume.h"
#include "common/clock.h"

/* How old the knowledge of a container's processes may be when its usage is asked for. */
#define USAGE_AGE (200 * NANOSECONDS_PER_MILLISECOND)

/* The container that a log request means; NULL with a Status. */
static struct container *find_container(const struct pod *pod, const char *wanted, struct status *status)
{
    if (wanted == NULL && pod->count - pod->init_count == 1)
        return &pod->containers[pod->init_count];
    for (int i = 0; wanted != NULL && i < pod->count; i++)
        if (strcmp(pod->containers[i].name, wanted) == 0)
            return &pod->containers[i];
    if (wanted == NULL)
        status_set(status, 400, "BadRequest", "a container name must be specified for pod %s", pod->name);
    else
        status_set(status, 400, "BadRequest", "container %s is not valid for pod %s", wanted, pod->name);
    return NULL;
}

/* The log of the instance that is meant; NULL when there is none (any more). */
static struct container_log *find_log(const struct container *container, const struct log_request *request)
{
    if (request->instance == NULL)
        return request->previous ? container->previous_log : container->log;
    if (strcmp(request->instance, container->log_instance) == 0)
        return container->log;
    return strcmp(request->instance, container->previous_log_instance) == 0 ? container->previous_log : NULL;
}

static void fill_position(const struct container *container, const struct container_log *log, struct log_position *position)
{
    const bool present = log == container->log;
    (void)snprintf(position->instance, sizeof position->instance, "%s",
                   present ? container->log_instance : container->previous_log_instance);
    position->ended = !present || container->state != CONTAINER_RUNNING;
}

static int read_log_of(const struct container *container, const struct log_request *request, struct buffer *text,
                       struct log_position *position, struct status *status)
{
    const struct pod *pod = container->pod;
    struct container_log *log = find_log(container, request);
    if (log == NULL && request->instance != NULL) {
        position->ended = true;
        return 0;
    }
    if (log == NULL && request->previous)
        return status_set(status, 400, "BadRequest", "previous terminated container \"%s\" in pod \"%s\" not found",
                          container->name, pod->name);
    if (log == NULL)
        return status_set(status, 400, "BadRequest", "container \"%s\" in pod \"%s\" is waiting to start: %s", container->name,
                          pod->name, container->waiting_reason);
    fill_position(container, log, position);
    container_log_read(log, request, text, &position->offset);
    return 0;
}

int kubelet_read_log(void *context, const char *namespace, const char *pod_name, const struct log_request *request,
                     struct buffer *text, struct log_position *position, struct status *status)
{
    struct kubelet *kubelet = context;
    struct log_position unused = {0};
    int outcome = -1;
    pthread_mutex_lock(&kubelet->lock);
    const struct pod *pod = kubelet->pods;
    while (pod != NULL && (strcmp(pod->namespace, namespace) != 0 || strcmp(pod->name, pod_name) != 0))
        pod = pod->next_pod;
    if (pod == NULL) {
        status_set(status, 404, "NotFound", "pods \"%s\" not found", pod_name);
        status_set_details(status, pod_name, "", "pods");
    } else {
        const struct container *container = find_container(pod, request->container, status);
        if (container != NULL)
            outcome = read_log_of(container, request, text, position != NULL ? position : &unused, status);
    }
    pthread_mutex_unlock(&kubelet->lock);
    return outcome;
}

static void visit_container(struct container *container, void (*visit)(const struct container_usage *usage, void *context),
                            void *context)
{
    const struct pod *pod = container->pod;
    process_group_refresh(&container->group, USAGE_AGE, clock_monotonic());
    const struct container_usage usage = {
        .namespace = pod->namespace,
        .pod = pod->name,
        .pod_uid = pod->uid,
        .container = container->name,
        .node = pod->node->name,
        .started_wall = container->started_wall,
        .cpu = process_group_cpu(&container->group),
        .memory = process_group_memory(&container->group),
        .sampled_wall = clock_wall(),
    };
    visit(&usage, context);
}

void kubelet_visit_usage(struct kubelet *kubelet, void (*visit)(const struct container_usage *usage, void *context),
                         void *context)
{
    pthread_mutex_lock(&kubelet->lock);
    for (struct pod *pod = kubelet->pods; pod != NULL; pod = pod->next_pod)
        for (int i = 0; i < pod->count; i++)
            if (pod->containers[i].state == CONTAINER_RUNNING && (i >= pod->init_count || is_sidecar(&pod->containers[i])))
                visit_container(&pod->containers[i], visit, context);
    pthread_mutex_unlock(&kubelet->lock);
}

char *kubelet_volume_path(void *context, const char *volume)
{
    const struct kubelet *kubelet = context;
    return volume_folder_path(kubelet->options.root_folder, volume);
}

int kubelet_remove_volume(void *context, const char *volume, struct error *error)
{
    const struct kubelet *kubelet = context;
    return volume_folder_remove(kubelet->options.root_folder, volume, error);
}

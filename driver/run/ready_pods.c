#include "driver/run/ready_pods.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "kube/pod.h"

struct known_pod {
    struct resource_pod pod;
    cJSON *labels;
};

struct listener {
    const struct load_spec *spec;
    struct resource_load *load;
};

struct ready_pods {
    pthread_mutex_t lock;
    size_t count;
    struct known_pod *known; /* those that take work */
    size_t listener_count;
    struct listener *listeners;
};

struct ready_pods *ready_pods_create(void)
{
    struct ready_pods *pods = memory_allocate(1, sizeof *pods);
    (void)pthread_mutex_init(&pods->lock, NULL);
    return pods;
}

void ready_pods_destroy(struct ready_pods *pods)
{
    if (pods == NULL)
        return;
    for (size_t i = 0; i < pods->count; i++)
        cJSON_Delete(pods->known[i].labels);
    (void)pthread_mutex_destroy(&pods->lock);
    free(pods->known);
    free(pods->listeners);
    free(pods);
}

static bool has_labels(const struct known_pod *pod, const struct load_spec *spec)
{
    for (size_t i = 0; i < spec->label_count; i++)
        if (strcmp(json_text(json_get(pod->labels, spec->labels[i].key), ""), spec->labels[i].value) != 0)
            return false;
    return true;
}

/* With the lock held. */
static void tell(const struct ready_pods *pods, const struct listener *listener)
{
    AUTO_FREE struct resource_pod *chosen = memory_allocate(pods->count + 1, sizeof *chosen);
    size_t count = 0;
    for (size_t i = 0; i < pods->count; i++)
        if (has_labels(&pods->known[i], listener->spec))
            chosen[count++] = pods->known[i].pod;
    resource_load_set_pods(listener->load, chosen, count);
}

static bool forget(struct ready_pods *pods, const char *name)
{
    for (size_t i = 0; i < pods->count; i++) {
        if (strcmp(pods->known[i].pod.name, name) != 0)
            continue;
        cJSON_Delete(pods->known[i].labels);
        memmove(&pods->known[i], &pods->known[i + 1], (pods->count - i - 1) * sizeof *pods->known);
        pods->count--;
        return true;
    }
    return false;
}

static bool is_known(const struct ready_pods *pods, const struct resource_pod *pod)
{
    for (size_t i = 0; i < pods->count; i++)
        if (strcmp(pods->known[i].pod.name, pod->name) == 0 && strcmp(pods->known[i].pod.address, pod->address) == 0)
            return true;
    return false;
}

/* With the lock held: true when the pods that take work are others now. */
static bool take(struct ready_pods *pods, const struct change *change)
{
    struct resource_pod pod = {.name = ""};
    if (change->type == CHANGE_DELETED || !pod_takes_work(change->object))
        return forget(pods, change->name);
    (void)snprintf(pod.name, sizeof pod.name, "%s", change->name);
    (void)snprintf(pod.address, sizeof pod.address, "%s", json_text(json_get(change->object, "status", "podIP"), ""));
    if (is_known(pods, &pod))
        return false;
    (void)forget(pods, change->name);
    pods->known = memory_resize(pods->known, pods->count + 1, sizeof *pods->known);
    pods->known[pods->count++] =
        (struct known_pod){.pod = pod, .labels = json_copy(json_get(change->object, "metadata", "labels"))};
    return true;
}

void ready_pods_see(struct ready_pods *pods, const struct change *change)
{
    if (change->object == NULL || strcmp(change->resource, "pods") != 0)
        return;
    (void)pthread_mutex_lock(&pods->lock);
    if (take(pods, change))
        for (size_t i = 0; i < pods->listener_count; i++)
            tell(pods, &pods->listeners[i]);
    (void)pthread_mutex_unlock(&pods->lock);
}

void ready_pods_join(struct ready_pods *pods, const struct load_spec *spec, struct resource_load *load)
{
    (void)pthread_mutex_lock(&pods->lock);
    pods->listeners = memory_resize(pods->listeners, pods->listener_count + 1, sizeof *pods->listeners);
    pods->listeners[pods->listener_count++] = (struct listener){.spec = spec, .load = load};
    tell(pods, &pods->listeners[pods->listener_count - 1]);
    (void)pthread_mutex_unlock(&pods->lock);
}

void ready_pods_leave(struct ready_pods *pods, const struct resource_load *load)
{
    (void)pthread_mutex_lock(&pods->lock);
    for (size_t i = 0; i < pods->listener_count; i++) {
        if (pods->listeners[i].load == load) {
            pods->listeners[i] = pods->listeners[--pods->listener_count];
            break;
        }
    }
    (void)pthread_mutex_unlock(&pods->lock);
}

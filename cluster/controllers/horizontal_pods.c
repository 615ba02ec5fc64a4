#include "cluster/controllers/horizontal_pods.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/conditions.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "cluster/controllers/table.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/quantity.h"

#define NOT_SERVED "the server could not find the requested resource (get pods.metrics.k8s.io)"

/* Requests of a container, or the usage in its sample. */
static void read_amounts(const cJSON *amounts, struct hpa_container *container)
{
    static const char *const names[HPA_RESOURCE_COUNT] = {[HPA_RESOURCE_CPU] = "cpu", [HPA_RESOURCE_MEMORY] = "memory"};
    for (size_t i = 0; i < HPA_RESOURCE_COUNT; i++) {
        struct quantity quantity = {0};
        container->has[i] = quantity_parse(json_text(json_get(amounts, names[i]), ""), &quantity, NULL) == 0;
        container->milli[i] = container->has[i] ? quantity_milli(quantity) : 0;
    }
}

static bool restarts_always(const cJSON *init_container)
{
    return strcmp(json_text(json_get(init_container, "restartPolicy"), ""), "Always") == 0;
}

static struct hpa_container *read_requests(const cJSON *pod, size_t *count)
{
    const cJSON *containers = json_get(pod, "spec", "containers");
    const cJSON *init_containers = json_get(pod, "spec", "initContainers");
    size_t most = (size_t)cJSON_GetArraySize(containers) + (size_t)cJSON_GetArraySize(init_containers);
    struct hpa_container *read = memory_allocate(most + 1, sizeof(struct hpa_container));
    const cJSON *container = NULL;
    *count = 0;
    cJSON_ArrayForEach (container, containers) {
        read[*count].name = json_text(json_get(container, "name"), "");
        read_amounts(json_get(container, "resources", "requests"), &read[(*count)++]);
    }
    cJSON_ArrayForEach (container, init_containers) {
        if (!restarts_always(container))
            continue;
        read[*count].name = json_text(json_get(container, "name"), "");
        read_amounts(json_get(container, "resources", "requests"), &read[(*count)++]);
    }
    return read;
}

static enum hpa_pod_phase read_phase(const char *phase)
{
    static const struct {
        const char *text;
        enum hpa_pod_phase phase;
    } phases[] = {
        {"Pending", HPA_POD_PENDING}, {"Running", HPA_POD_RUNNING}, {"Succeeded", HPA_POD_SUCCEEDED}, {"Failed", HPA_POD_FAILED}};
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        if (strcmp(phase, phases[i].text) == 0)
            return phases[i].phase;
    }
    return HPA_POD_UNKNOWN;
}

static enum hpa_ready read_ready(const cJSON *condition)
{
    if (condition == NULL)
        return HPA_READY_ABSENT;
    if (condition_is(condition, "True"))
        return HPA_READY_TRUE;
    return condition_is(condition, "False") ? HPA_READY_FALSE : HPA_READY_UNKNOWN;
}

static struct hpa_pod read_pod(const struct object *object)
{
    const cJSON *tree = object_tree(object);
    struct hpa_pod pod = {
        .name = object_name(object),
        .phase = read_phase(phase_of_pod(tree)),
        .deleting = is_being_deleted(tree),
        .ready = read_ready(condition_find(json_get(tree, "status"), "Ready")),
        .ready_transition = pod_ready_transition(tree),
    };
    pod.has_start_time = clock_parse(json_text(json_get(tree, "status", "startTime"), ""), &pod.start_time, NULL) == 0;
    pod.containers = read_requests(tree, &pod.container_count);
    return pod;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(object_name(*(struct object *const *)left), object_name(*(struct object *const *)right));
}

static void select_pods(const struct runtime *runtime, const char *namespace, const struct selector *selector,
                        struct horizontal_pods *pods)
{
    struct view_list all = view_all(runtime->view, RESOURCE_PODS, namespace);
    pods->objects.objects = memory_allocate(all.count + 1, sizeof(struct object *));
    for (size_t i = 0; i < all.count; i++) {
        if (selector_matches(selector, object_tree(all.objects[i])))
            pods->objects.objects[pods->objects.count++] = object_reference(all.objects[i]);
    }
    qsort(pods->objects.objects, pods->objects.count, sizeof(struct object *), compare_names);
    pods->pods = memory_allocate(pods->objects.count + 1, sizeof(struct hpa_pod));
    for (size_t i = 0; i < pods->objects.count; i++)
        pods->pods[i] = read_pod(pods->objects.objects[i]);
}

static struct hpa_pod_sample read_sample(const cJSON *item)
{
    const cJSON *containers = json_get(item, "containers");
    struct hpa_pod_sample sample = {.pod = json_text(json_get(item, "metadata", "name"), "")};
    (void)clock_parse(json_text(json_get(item, "timestamp"), ""), &sample.timestamp, NULL);
    (void)duration_parse(json_text(json_get(item, "window"), "0"), &sample.window, NULL);
    struct hpa_container *read = memory_allocate((size_t)cJSON_GetArraySize(containers) + 1, sizeof(struct hpa_container));
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, containers) {
        read[sample.container_count].name = json_text(json_get(container, "name"), "");
        read_amounts(json_get(container, "usage"), &read[sample.container_count++]);
    }
    sample.containers = read;
    return sample;
}

/* The samples of the selected pods, in the pods' order. */
static void match_samples(struct horizontal_pods *pods)
{
    struct table *items = table_create();
    cJSON *item = NULL;
    cJSON_ArrayForEach (item, pods->answer)
        table_set(items, json_text(json_get(item, "metadata", "name"), ""), item);
    pods->samples = memory_allocate(pods->objects.count + 1, sizeof(struct hpa_pod_sample));
    for (size_t i = 0; i < pods->objects.count; i++) {
        item = table_find(items, object_name(pods->objects.objects[i]));
        if (item != NULL)
            pods->samples[pods->sample_count++] = read_sample(item);
    }
    table_destroy(items);
}

static void ask_for_samples(const struct runtime *runtime, const char *namespace, struct horizontal_pods *pods)
{
    AUTO_STATUS struct status status = {0};
    if (runtime->node.pod_metrics == NULL) {
        pods->error = memory_copy_text(NOT_SERVED);
        return;
    }
    pods->answer = runtime->node.pod_metrics(runtime->node.metrics, namespace, &status);
    if (pods->answer == NULL)
        pods->error = memory_copy_text(status_message(&status));
    else
        match_samples(pods);
}

void horizontal_pods_gather(const struct runtime *runtime, const char *namespace, const struct selector *selector,
                            bool with_samples, struct horizontal_pods *pods)
{
    *pods = (struct horizontal_pods){0};
    select_pods(runtime, namespace, selector, pods);
    if (with_samples)
        ask_for_samples(runtime, namespace, pods);
}

void horizontal_pods_release(struct horizontal_pods *pods)
{
    for (size_t i = 0; i < pods->sample_count; i++)
        free((struct hpa_container *)(uintptr_t)pods->samples[i].containers);
    for (size_t i = 0; i < pods->objects.count; i++)
        free((struct hpa_container *)(uintptr_t)pods->pods[i].containers);
    free(pods->samples);
    free(pods->pods);
    object_list_release(&pods->objects);
    cJSON_Delete(pods->answer);
    free(pods->error);
    *pods = (struct horizontal_pods){0};
}

#include "cluster/controllers/scheduler.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/conditions.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "common/buffer.h"
#include "common/clock.h"
#include "common/quantity.h"

#define COMPONENT "default-scheduler"

/* Why a pod does not fit a node; a node may have several reasons. In the order of their texts. */
enum reason { TOO_FEW_CPU, TOO_LITTLE_MEMORY, TOO_MANY_PODS, OTHER_LABELS, NOT_READY, UNSCHEDULABLE, REASON_COUNT };

static const char *const reason_texts[REASON_COUNT] = {
    "Insufficient cpu",
    "Insufficient memory",
    "Too many pods",
    "node(s) didn't match Pod's node affinity/selector",
    "node(s) had untolerated taint(s)",
    "node(s) were unschedulable",
};

static bool is_waiting(const cJSON *pod)
{
    return node_of_pod(pod)[0] == '\0' && pod_is_active(pod) &&
           strcmp(json_text(json_get(pod, "spec", "schedulerName"), COMPONENT), COMPONENT) == 0;
}

static void enqueue_waiting(struct controller *controller)
{
    struct view_list pods = view_pods_of_node(controller->runtime->view, "");
    for (size_t i = 0; i < pods.count; i++) {
        if (is_waiting(object_tree(pods.objects[i])))
            controller_enqueue(controller, pods.objects[i]);
    }
}

/* What a node offers; its status changes often without that. */
static bool node_changed(const struct watch_event *event)
{
    if (event->previous == NULL)
        return true;
    const cJSON *now = object_tree(event->object);
    const cJSON *before = object_tree(event->previous);
    return !json_equal(json_get(now, "spec"), json_get(before, "spec")) ||
           !json_equal(json_get(now, "metadata", "labels"), json_get(before, "metadata", "labels")) ||
           !json_equal(json_get(now, "status", "allocatable"), json_get(before, "status", "allocatable")) ||
           condition_is(condition_find(json_get(now, "status"), "Ready"), "True") !=
               condition_is(condition_find(json_get(before, "status"), "Ready"), "True");
}

/* A pod that no longer takes room. */
static bool frees_room(const struct watch_event *event)
{
    if (node_of_pod(object_tree(event->object))[0] == '\0')
        return false;
    if (event->type == WATCH_DELETED)
        return true;
    return event->previous != NULL && pod_is_terminal(object_tree(event->object)) &&
           !pod_is_terminal(object_tree(event->previous));
}

/* The scheduler's own note that a pod did not fit is no reason to try again. */
static bool is_news(const struct watch_event *event)
{
    return event->previous == NULL ||
           !json_equal(json_get(object_tree(event->object), "spec"), json_get(object_tree(event->previous), "spec"));
}

static void observe(struct controller *controller, const struct watch_event *event)
{
    enum resource_id resource = object_resource(event->object);
    if (resource == RESOURCE_NODES) {
        if (node_changed(event))
            enqueue_waiting(controller);
    } else if (resource == RESOURCE_PODS) {
        if (event->type != WATCH_DELETED && is_waiting(object_tree(event->object)) && is_news(event))
            controller_enqueue(controller, event->object);
        else if (frees_room(event))
            enqueue_waiting(controller);
    }
}

struct room {
    int64_t cpu_millicores, memory_bytes, pods; /* free */
    double load;                                /* the larger part in use of cpu and memory, the pod included */
};

static struct quantity allocatable(const cJSON *node, const char *resource)
{
    struct quantity quantity = {0};
    (void)quantity_parse(json_text(json_get(node, "status", "allocatable", resource), "0"), &quantity, NULL);
    return quantity;
}

static double part(int64_t free, int64_t wanted, int64_t all)
{
    return all > 0 ? (double)(all - free + wanted) / (double)all : 1;
}

static struct room measure_room(const struct view *view, const struct object *node, const struct pod_requests *wanted)
{
    const cJSON *tree = object_tree(node);
    int64_t cpu = quantity_milli(allocatable(tree, "cpu"));
    int64_t memory = quantity_value(allocatable(tree, "memory"));
    struct room room = {.cpu_millicores = cpu, .memory_bytes = memory, .pods = quantity_value(allocatable(tree, "pods"))};
    struct view_list pods = view_pods_of_node(view, object_name(node));
    for (size_t i = 0; i < pods.count; i++) {
        if (pod_is_terminal(object_tree(pods.objects[i])))
            continue;
        struct pod_requests taken = pod_requests(object_tree(pods.objects[i]));
        room.cpu_millicores -= taken.cpu_millicores;
        room.memory_bytes -= taken.memory_bytes;
        room.pods--;
    }
    double cpu_part = part(room.cpu_millicores, wanted->cpu_millicores, cpu);
    double memory_part = part(room.memory_bytes, wanted->memory_bytes, memory);
    room.load = cpu_part > memory_part ? cpu_part : memory_part;
    return room;
}

static bool has_labels(const cJSON *node, const cJSON *selector)
{
    const cJSON *label = NULL;
    cJSON_ArrayForEach (label, selector) {
        if (strcmp(json_text(json_get(node, "metadata", "labels", label->string), "\n"), json_text(label, "")) != 0)
            return false;
    }
    return true;
}

/* Fills which reasons speak against the node; false when there is one. */
static bool fits(const struct room *room, const struct object *node, const cJSON *pod, const struct pod_requests *wanted,
                 bool against[REASON_COUNT])
{
    const cJSON *tree = object_tree(node);
    against[TOO_FEW_CPU] = wanted->cpu_millicores > 0 && wanted->cpu_millicores > room->cpu_millicores;
    against[TOO_LITTLE_MEMORY] = wanted->memory_bytes > 0 && wanted->memory_bytes > room->memory_bytes;
    against[TOO_MANY_PODS] = room->pods < 1;
    against[OTHER_LABELS] = !has_labels(tree, json_get(pod, "spec", "nodeSelector"));
    against[NOT_READY] = !condition_is(condition_find(json_get(tree, "status"), "Ready"), "True");
    against[UNSCHEDULABLE] = json_boolean(json_get(tree, "spec", "unschedulable"), false);
    for (size_t i = 0; i < REASON_COUNT; i++) {
        if (against[i])
            return false;
    }
    return true;
}

/* The fitting node with the least load; NULL when none fits: counts then say how many nodes each reason is of. */
static const struct object *choose_node(const struct view *view, const cJSON *pod, size_t counts[REASON_COUNT])
{
    struct pod_requests wanted = pod_requests(pod);
    const struct object *best = NULL;
    double least = 0;
    struct view_list nodes = view_all(view, RESOURCE_NODES, NULL);
    for (size_t i = 0; i < nodes.count; i++) {
        bool against[REASON_COUNT];
        struct room room = measure_room(view, nodes.objects[i], &wanted);
        if (fits(&room, nodes.objects[i], pod, &wanted, against)) {
            if (best == NULL || room.load < least) {
                best = nodes.objects[i];
                least = room.load;
            }
            continue;
        }
        for (size_t j = 0; j < REASON_COUNT; j++)
            counts[j] += against[j];
    }
    return best;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void describe_failure(size_t nodes, const size_t counts[REASON_COUNT], struct buffer *message)
{
    char *texts[REASON_COUNT];
    size_t count = 0;
    if (nodes == 0) {
        (void)buffer_append_text(message, "no nodes available to schedule pods");
        return;
    }
    for (size_t i = 0; i < REASON_COUNT; i++) {
        if (counts[i] > 0)
            texts[count++] = memory_format("%zu %s", counts[i], reason_texts[i]);
    }
    qsort(texts, count, sizeof(char *), compare_texts);
    (void)buffer_append_format(message, "0/%zu nodes are available: ", nodes);
    for (size_t i = 0; i < count; i++) {
        (void)buffer_append_format(message, "%s%s", i > 0 ? ", " : "", texts[i]);
        free(texts[i]);
    }
    (void)buffer_append_character(message, '.');
}

/* Where the pod goes, or why it cannot go anywhere now. */
struct verdict {
    const char *node;
    const char *message;
    int64_t wall;
};

/* PodScheduled turns False; True comes with the node's name, in the same change. */
static bool note_failure(cJSON *pod, void *context)
{
    const struct verdict *verdict = context;
    cJSON *status = json_object_at(pod, "status");
    cJSON *present = condition_find(status, "PodScheduled");
    bool same = condition_is(present, "False");
    if (same && strcmp(json_text(json_get(present, "message"), ""), verdict->message) == 0)
        return false;
    char time[CLOCK_TEXT_SIZE];
    clock_format_seconds(verdict->wall, time);
    cJSON *condition = present;
    if (condition == NULL) {
        condition = cJSON_CreateObject();
        cJSON_AddItemToArray(json_array_at(status, "conditions"), condition);
    }
    json_set_text(condition, "type", "PodScheduled");
    json_set_text(condition, "status", "False");
    json_set(condition, "lastProbeTime", cJSON_CreateNull());
    if (!same)
        json_set_text(condition, "lastTransitionTime", time);
    json_set_text(condition, "reason", "Unschedulable");
    json_set_text(condition, "message", verdict->message);
    return true;
}

static bool bind_pod(cJSON *pod, void *context)
{
    const struct verdict *verdict = context;
    if (node_of_pod(pod)[0] != '\0' || is_being_deleted(pod))
        return false;
    json_set_text(json_object_at(pod, "spec"), "nodeName", verdict->node);
    return true;
}

/* 0 when the pod is gone: there is nothing left to do then. */
static int mutate(struct runtime *runtime, const struct object *pod, enum subresource subresource, registry_change *change,
                  struct verdict *verdict, struct status *status)
{
    int outcome = registry_mutate(runtime->registry, RESOURCE_PODS, object_namespace(pod), object_name(pod), subresource, change,
                                  verdict, NULL, status);
    return outcome != 0 && status->code == 404 ? 0 : outcome;
}

static int bind_to(struct runtime *runtime, const struct object *pod, const struct object *node, struct status *status)
{
    struct verdict verdict = {.node = object_name(node)};
    if (mutate(runtime, pod, SUBRESOURCE_NONE, bind_pod, &verdict, status) != 0)
        return -1;
    record_event(runtime->registry, pod, NULL, "Normal", "Scheduled", COMPONENT, NULL, "Successfully assigned %s/%s to %s",
                 object_namespace(pod), object_name(pod), object_name(node));
    return 0;
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    struct runtime *runtime = controller->runtime;
    const struct object *pod = controller_object(controller, RESOURCE_PODS, key);
    if (pod == NULL || !is_waiting(object_tree(pod)))
        return 0;
    size_t counts[REASON_COUNT] = {0};
    const struct object *node = choose_node(runtime->view, object_tree(pod), counts);
    if (node != NULL)
        return bind_to(runtime, pod, node, status);
    struct buffer message CLEANUP(buffer_release);
    buffer_init(&message, 4096);
    describe_failure(view_all(runtime->view, RESOURCE_NODES, NULL).count, counts, &message);
    record_event(runtime->registry, pod, NULL, "Warning", "FailedScheduling", COMPONENT, NULL, "%s", message.data);
    struct verdict verdict = {.message = message.data, .wall = runtime->wall};
    return mutate(runtime, pod, SUBRESOURCE_STATUS, note_failure, &verdict, status);
}

const struct controller_functions scheduler_functions = {.name = "scheduler", .observe = observe, .sync = sync};

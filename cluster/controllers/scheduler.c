#include "cluster/controllers/scheduler.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/api/writer.h"
#include "cluster/controllers/claims.h"
#include "cluster/controllers/conditions.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "cluster/controllers/scheduler_filters.h"
#include "cluster/controllers/scheduler_message.h"
#include "cluster/controllers/scheduler_preemption.h"
#include "cluster/controllers/scheduler_queue.h"
#include "cluster/controllers/scheduler_scores.h"
#include "cluster/controllers/scheduler_snapshot.h"
#include "common/clock.h"

#define COMPONENT "default-scheduler"
#define NEXT_POD "next" /* the key of the work queue */
#define MESSAGE_MAXIMUM 4096

static bool is_waiting(const cJSON *pod)
{
    return node_of_pod(pod)[0] == '\0' && pod_is_active(pod) &&
           cJSON_GetArraySize(json_get(pod, "spec", "schedulingGates")) == 0 &&
           strcmp(json_text(json_get(pod, "spec", "schedulerName"), COMPONENT), COMPONENT) == 0;
}

static void add_waiting(struct controller *controller, const struct object *pod)
{
    char key[CONTROLLER_KEY_SIZE];
    scheduling_queue_add(controller->state, key_of(pod, key), pod_priority(object_tree(pod)));
    queue_add(controller->queue, NEXT_POD, controller->runtime->now);
}

/* The placing of a pod changes what fits others only where they look at each other. */
static bool looks_at_others(const cJSON *pod)
{
    return json_get(pod, "spec", "affinity") != NULL || json_get(pod, "spec", "topologySpreadConstraints") != NULL;
}

static void add_all_waiting(struct controller *controller, bool only_those_that_look)
{
    struct view_list pods = view_pods_of_node(controller->runtime->view, "");
    for (size_t i = 0; i < pods.count; i++) {
        const cJSON *tree = object_tree(pods.objects[i]);
        if (is_waiting(tree) && (!only_those_that_look || looks_at_others(tree)))
            add_waiting(controller, pods.objects[i]);
    }
}

static bool differs(const struct watch_event *event, const char *first, const char *second)
{
    const cJSON *now = json_get(object_tree(event->object), first);
    const cJSON *before = json_get(object_tree(event->previous), first);
    return second == NULL ? !json_equal(now, before) : !json_equal(json_get(now, second), json_get(before, second));
}

/* What a node offers; its status changes often without that. */
static bool node_changed(const struct watch_event *event)
{
    return event->previous == NULL || differs(event, "spec", NULL) || differs(event, "metadata", "labels") ||
           differs(event, "status", "allocatable");
}

/* A pod that no longer takes room. */
static bool frees_room(const struct watch_event *event)
{
    if (event->type == WATCH_DELETED)
        return true;
    return event->previous != NULL && pod_is_terminal(object_tree(event->object)) &&
           !pod_is_terminal(object_tree(event->previous));
}

static bool is_new_or_relabelled(const struct watch_event *event)
{
    return event->previous == NULL || node_of_pod(object_tree(event->previous))[0] == '\0' ||
           differs(event, "metadata", "labels");
}

/* The scheduler's own note that a pod did not fit is no reason to try again. */
static bool is_news(const struct watch_event *event)
{
    return event->previous == NULL || differs(event, "spec", NULL) || differs(event, "metadata", "labels");
}

static void observe_pod(struct controller *controller, const struct watch_event *event)
{
    const cJSON *pod = object_tree(event->object);
    const bool nominated = json_get(pod, "status", "nominatedNodeName") != NULL;
    if (event->type != WATCH_DELETED && is_waiting(pod)) {
        if (is_news(event))
            add_waiting(controller, event->object);
    } else if (node_of_pod(pod)[0] == '\0' && !nominated) {
        return;
    } else if (frees_room(event)) {
        add_all_waiting(controller, false);
    } else if (is_new_or_relabelled(event)) {
        add_all_waiting(controller, true);
    }
}

static void add_users_of(struct controller *controller, const struct object *claim)
{
    struct view_list pods = view_pods_of_node(controller->runtime->view, "");
    for (size_t i = 0; i < pods.count; i++) {
        if (is_waiting(object_tree(pods.objects[i])) && pod_uses_claim(object_tree(pods.objects[i]), object_name(claim)) &&
            strcmp(object_namespace(pods.objects[i]), object_namespace(claim)) == 0)
            add_waiting(controller, pods.objects[i]);
    }
}

static void observe(struct controller *controller, const struct watch_event *event)
{
    const enum resource_id resource = object_resource(event->object);
    if (resource == RESOURCE_PODS)
        observe_pod(controller, event);
    else if (resource == RESOURCE_NODES && (event->type == WATCH_DELETED || node_changed(event)))
        add_all_waiting(controller, false);
    else if (resource == RESOURCE_PERSISTENTVOLUMECLAIMS)
        add_users_of(controller, event->object);
    else if (resource == RESOURCE_NAMESPACES && event->previous != NULL && differs(event, "metadata", "labels"))
        add_all_waiting(controller, true);
}

/* Where the pod goes, or why it cannot go anywhere now. */
struct verdict {
    const char *node;
    const char *message;
    const char *nominated; /* "" = none */
    int64_t wall;
};

/* PodScheduled turns False; True comes with the node's name, in the same change. */
static bool note_failure(cJSON *pod, void *context)
{
    const struct verdict *verdict = context;
    cJSON *status = json_object_at(pod, "status");
    cJSON *condition = condition_find(status, "PodScheduled");
    const bool same = condition_is(condition, "False");
    if (same && condition_has_reason(condition, "Unschedulable") &&
        strcmp(json_text(json_get(condition, "message"), ""), verdict->message) == 0 &&
        strcmp(json_text(json_get(status, "nominatedNodeName"), ""), verdict->nominated) == 0)
        return false;
    if (condition == NULL) {
        condition = cJSON_CreateObject();
        cJSON_AddItemToArray(json_array_at(status, "conditions"), condition);
    }
    json_set_text(condition, "type", "PodScheduled");
    json_set_text(condition, "status", "False");
    json_set(condition, "lastProbeTime", cJSON_CreateNull());
    char time[CLOCK_TEXT_SIZE];
    if (!same)
        json_set_text(condition, "lastTransitionTime", clock_format_seconds(verdict->wall, time));
    json_set_text(condition, "reason", "Unschedulable");
    json_set_text(condition, "message", verdict->message);
    json_set_text(status, "nominatedNodeName", verdict->nominated);
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
    writer_set("kube-scheduler", false);
    int outcome = registry_mutate(runtime->registry, RESOURCE_PODS, object_namespace(pod), object_name(pod), subresource, change,
                                  verdict, NULL, status);
    writer_forget();
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

static int tell_failure(struct runtime *runtime, const struct object *pod, const char *message, const char *nominated,
                        struct status *status)
{
    struct verdict verdict = {.message = message, .nominated = nominated, .wall = runtime->wall};
    record_event(runtime->registry, pod, NULL, "Warning", "FailedScheduling", COMPONENT, NULL, "%s", message);
    return mutate(runtime, pod, SUBRESOURCE_STATUS, note_failure, &verdict, status);
}

/* No node fits: room is made by preemption, or the pod waits. The words before "preemption" are those of the plugin
 * DynamicResources, which kube-scheduler asks first. */
static int make_room(struct runtime *runtime, struct snapshot *snapshot, const struct object *pod,
                     const struct rejection *rejections, struct status *status)
{
    AUTO_REASONS struct reasons reasons = {0};
    struct buffer message CLEANUP(buffer_release);
    struct preemption preemption;
    buffer_init(&message, MESSAGE_MAXIMUM);
    for (size_t i = 0; i < snapshot->count; i++)
        reasons_add_all(&reasons, &rejections[i]);
    reasons_describe(&reasons, snapshot->count, &message);
    preemption_plan(snapshot, pod, rejections, &preemption);
    const char *nominated = "";
    int outcome = 0;
    if (preemption.node != NULL) {
        nominated = object_name(preemption.node);
        outcome = preemption_carry_out(runtime, pod, &preemption, status);
    } else {
        (void)buffer_append_format(&message, " no new claims to deallocate, preemption: %s", preemption.message);
        if (preemption.keeps_nomination)
            nominated = json_text(json_get(object_tree(pod), "status", "nominatedNodeName"), "");
    }
    if (outcome == 0)
        outcome = tell_failure(runtime, pod, message.data, nominated, status);
    preemption_release(&preemption);
    return outcome;
}

static int place_in(struct runtime *runtime, struct snapshot *snapshot, const struct object *pod, struct rejection *rejections,
                    struct status *status)
{
    AUTO_FREE const struct scheduling_node **fitting = memory_allocate(snapshot->count, sizeof(struct scheduling_node *));
    struct placement placement;
    size_t count = 0;
    placement_make(&placement, snapshot, pod);
    for (size_t i = 0; i < snapshot->count; i++) {
        if (node_fits(&placement, &snapshot->nodes[i], &rejections[i]))
            fitting[count++] = &snapshot->nodes[i];
    }
    placement_release(&placement);
    if (count == 0)
        return make_room(runtime, snapshot, pod, rejections, status);
    return bind_to(runtime, pod, best_node(snapshot, fitting, count, object_tree(pod))->object, status);
}

/* Where the pod's claims keep it from every node, the words end with those of kube-scheduler's preemption. */
static int tell_claims(struct runtime *runtime, const struct object *pod, const char *problem, struct status *status)
{
    AUTO_FREE char *message =
        memory_format("0/%zu nodes are available: %s. not found", view_all(runtime->view, RESOURCE_NODES, NULL).count, problem);
    return tell_failure(runtime, pod, message, "", status);
}

static int place_pod(struct runtime *runtime, const struct object *pod, struct status *status)
{
    AUTO_FREE char *problem = claims_problem(runtime->view, pod);
    if (problem != NULL)
        return tell_claims(runtime, pod, problem, status);
    struct snapshot snapshot;
    snapshot_take(&snapshot, runtime->view);
    snapshot_keep_nominated(&snapshot, pod);
    struct rejection *rejections = memory_allocate(snapshot.count + 1, sizeof *rejections);
    int outcome = snapshot.count > 0 ? place_in(runtime, &snapshot, pod, rejections, status)
                                     : tell_failure(runtime, pod, "no nodes available to schedule pods", "", status);
    for (size_t i = 0; i < snapshot.count; i++)
        rejection_release(&rejections[i]);
    free(rejections);
    snapshot_release(&snapshot);
    return outcome;
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    (void)key;
    int outcome = 0;
    AUTO_FREE char *next = scheduling_queue_take(controller->state);
    const struct object *pod = next != NULL ? controller_object(controller, RESOURCE_PODS, next) : NULL;
    if (pod != NULL && is_waiting(object_tree(pod)))
        outcome = place_pod(controller->runtime, pod, status);
    if (outcome != 0)
        scheduling_queue_add(controller->state, next, pod_priority(object_tree(pod)));
    else if (!scheduling_queue_is_empty(controller->state))
        queue_add(controller->queue, NEXT_POD, controller->runtime->now);
    return outcome;
}

static void *create(void)
{
    return scheduling_queue_create();
}

static void destroy(void *state)
{
    scheduling_queue_destroy(state);
}

const struct controller_functions scheduler_functions = {
    .name = "scheduler", .create = create, .destroy = destroy, .observe = observe, .sync = sync};

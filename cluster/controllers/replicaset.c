#include "cluster/controllers/replicaset.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/adoption.h"
#include "cluster/controllers/conditions.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "cluster/controllers/victims.h"
#include "common/clock.h"

#define COMPONENT "replicaset-controller"

/* Most pods made or deleted in one sync, as in Kubernetes. */
#define BURST 500

/* A ReplicaSet and what it has. */
struct replicas {
    struct runtime *runtime;
    const struct object *set;
    const cJSON *tree;
    struct object_list owned;
    struct victim *active; /* pods of owned that are neither ended nor ending */
    size_t active_count;
    int64_t terminating;
};

static void observe(struct controller *controller, const struct watch_event *event)
{
    if (object_resource(event->object) == RESOURCE_REPLICASETS) {
        controller_enqueue(controller, event->object);
    } else if (object_resource(event->object) == RESOURCE_PODS) {
        enqueue_owners_of_pod(controller, event, RESOURCE_REPLICASETS);
    }
}

static void sort_out_pods(struct replicas *replicas)
{
    replicas->active = memory_allocate(replicas->owned.count + 1, sizeof(struct victim));
    for (size_t i = 0; i < replicas->owned.count; i++) {
        const cJSON *pod = object_tree(replicas->owned.objects[i]);
        if (pod_is_active(pod))
            replicas->active[replicas->active_count++].pod = replicas->owned.objects[i];
        else if (!pod_is_terminal(pod))
            replicas->terminating++;
    }
}

/* Ends at the first failure: what fails for one pod fails for the next. */
static int create_pods(const struct replicas *replicas, int64_t count, struct status *status)
{
    for (int64_t i = 0; i < count && i < BURST; i++) {
        AUTO_OBJECT struct object *pod = NULL;
        if (registry_create(replicas->runtime->registry, RESOURCE_PODS, object_namespace(replicas->set),
                            make_pod_of_template(replicas->set, json_get(replicas->tree, "spec", "template")), &pod,
                            status) != 0) {
            record_event(replicas->runtime->registry, replicas->set, NULL, "Warning", "FailedCreate", COMPONENT, NULL,
                         "Error creating: %s", status_message(status));
            return -1;
        }
        record_event(replicas->runtime->registry, replicas->set, NULL, "Normal", "SuccessfulCreate", COMPONENT, NULL,
                     "Created pod: %s", object_name(pod));
    }
    return 0;
}

/* Active pods on the pod's node that belong to any ReplicaSet with the same controller as this one. */
static void rank_by_crowding(struct replicas *replicas)
{
    const struct view *view = replicas->runtime->view;
    const char *owner = controller_uid(replicas->tree);
    for (size_t i = 0; i < replicas->active_count; i++) {
        struct victim *victim = &replicas->active[i];
        const char *node = node_of_pod(object_tree(victim->pod));
        size_t first = 0;
        while (first < i && strcmp(node_of_pod(object_tree(replicas->active[first].pod)), node) != 0)
            first++;
        if (first < i) {
            victim->rank = replicas->active[first].rank;
            continue;
        }
        struct view_list pods = view_pods_of_node(view, node);
        for (size_t j = 0; j < pods.count; j++) {
            const struct object *set = controller_of(view, pods.objects[j], RESOURCE_REPLICASETS);
            if (set == NULL || !pod_is_active(object_tree(pods.objects[j])))
                continue;
            if (set == replicas->set || (owner[0] != '\0' && strcmp(controller_uid(object_tree(set)), owner) == 0))
                victim->rank++;
        }
    }
}

static int delete_pod(const struct replicas *replicas, const struct object *pod, struct status *status)
{
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    options.uid = object_uid(pod);
    if (registry_delete(replicas->runtime->registry, RESOURCE_PODS, object_namespace(pod), object_name(pod), &options, NULL, NULL,
                        status) != 0 &&
        status->code != 404) {
        record_event(replicas->runtime->registry, replicas->set, NULL, "Warning", "FailedDelete", COMPONENT, NULL,
                     "Error deleting: %s", status_message(status));
        return -1;
    }
    record_event(replicas->runtime->registry, replicas->set, NULL, "Normal", "SuccessfulDelete", COMPONENT, NULL,
                 "Deleted pod: %s", object_name(pod));
    return 0;
}

/* Of pods that are ready one a sync: the change that it makes brings the set back into the queue. So the other controllers
 * see each deletion by itself, as they do in a cluster where it takes a round trip, and the endpoints of the later ones are
 * still in use when the first is taken out. The others are in nobody's way and go together. */
static int delete_pods(struct replicas *replicas, int64_t count, struct status *status)
{
    rank_by_crowding(replicas);
    victims_sort(replicas->active, replicas->active_count, replicas->runtime->wall);
    for (int64_t i = 0; i < count && i < BURST; i++) {
        const struct object *pod = replicas->active[i].pod;
        if (i > 0 && pod_is_ready(object_tree(pod)))
            break;
        if (delete_pod(replicas, pod, status) != 0)
            return -1;
    }
    return 0;
}

/* difference: pods that are too many. */
static int manage(struct replicas *replicas, int64_t difference, struct status *status)
{
    if (is_being_deleted(replicas->tree) || difference == 0)
        return 0;
    return difference < 0 ? create_pods(replicas, -difference, status) : delete_pods(replicas, difference, status);
}

static void set_count(cJSON *status, const char *name, int64_t count, bool shown_when_zero)
{
    if (count != 0 || shown_when_zero)
        json_set_integer(status, name, count);
    else
        json_remove(status, name);
}

static bool has_labels(const cJSON *pod, const cJSON *labels)
{
    const cJSON *label = NULL;
    cJSON_ArrayForEach (label, labels) {
        if (strcmp(json_text(json_get(pod, "metadata", "labels", label->string), ""), json_text(label, "")) != 0)
            return false;
    }
    return true;
}

static cJSON *count_status(const struct replicas *replicas)
{
    int64_t ready = 0;
    int64_t available = 0;
    int64_t labelled = 0;
    int64_t minimum = json_integer(json_get(replicas->tree, "spec", "minReadySeconds"), 0);
    const cJSON *labels = json_get(replicas->tree, "spec", "template", "metadata", "labels");
    for (size_t i = 0; i < replicas->active_count; i++) {
        const cJSON *pod = object_tree(replicas->active[i].pod);
        labelled += has_labels(pod, labels);
        ready += pod_is_ready(pod);
        available += pod_is_available(pod, minimum, replicas->runtime->wall);
    }
    cJSON *status = cJSON_CreateObject();
    set_count(status, "replicas", (int64_t)replicas->active_count, true);
    set_count(status, "fullyLabeledReplicas", labelled, false);
    set_count(status, "readyReplicas", ready, false);
    set_count(status, "availableReplicas", available, false);
    set_count(status, "terminatingReplicas", replicas->terminating, true);
    set_count(status, "observedGeneration", json_integer(json_get(replicas->tree, "metadata", "generation"), 0), false);
    const cJSON *conditions = json_get(replicas->tree, "status", "conditions");
    if (conditions != NULL)
        json_set(status, "conditions", json_copy(conditions));
    return status;
}

static void note_failure(const struct replicas *replicas, cJSON *status, const struct status *failure, int64_t difference)
{
    if (failure == NULL) {
        condition_remove(status, "ReplicaFailure");
        return;
    }
    condition_put(status, condition_make("ReplicaFailure", "True", difference < 0 ? "FailedCreate" : "FailedDelete",
                                         status_message(failure), false, replicas->runtime->wall));
}

/* A pod becomes available by waiting, which no change announces. */
static void wait_for_availability(struct controller *controller, const char *key, const struct replicas *replicas)
{
    int64_t minimum = json_integer(json_get(replicas->tree, "spec", "minReadySeconds"), 0);
    for (size_t i = 0; i < replicas->active_count; i++) {
        const cJSON *pod = object_tree(replicas->active[i].pod);
        int64_t since = pod_ready_transition(pod);
        if (since == 0 || !pod_is_ready(pod) || pod_is_available(pod, minimum, replicas->runtime->wall))
            continue;
        int64_t moment = since + minimum * NANOSECONDS_PER_SECOND;
        controller_enqueue_after(controller, key, moment - replicas->runtime->wall);
    }
}

static int bring_about(struct controller *controller, const char *key, struct replicas *replicas, struct status *status)
{
    sort_out_pods(replicas);
    int64_t wanted = json_integer(json_get(replicas->tree, "spec", "replicas"), 1);
    int64_t difference = (int64_t)replicas->active_count - wanted;
    int outcome = manage(replicas, difference, status);
    cJSON *new_status = count_status(replicas);
    note_failure(replicas, new_status, outcome != 0 ? status : NULL, difference);
    AUTO_STATUS struct status write_failure = {0};
    if (write_status(replicas->runtime, replicas->set, new_status, &write_failure) != 0 && outcome == 0)
        return status_set(status, write_failure.code, write_failure.reason, "%s", status_message(&write_failure));
    wait_for_availability(controller, key, replicas);
    return outcome;
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    const struct object *set = controller_object(controller, RESOURCE_REPLICASETS, key);
    if (set == NULL)
        return 0;
    struct replicas replicas = {.runtime = controller->runtime, .set = set, .tree = object_tree(set)};
    int outcome = adopt(controller->runtime, set, RESOURCE_PODS, &replicas.owned, status);
    if (outcome == 0)
        outcome = bring_about(controller, key, &replicas, status);
    free(replicas.active);
    object_list_release(&replicas.owned);
    return outcome;
}

const struct controller_functions replicaset_functions = {.name = "replicaset", .observe = observe, .sync = sync};

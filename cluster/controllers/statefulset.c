#include "cluster/controllers/statefulset.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/adoption.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "cluster/controllers/stateful.h"
#include "common/clock.h"

/* Most pods made in one sync, as in Kubernetes. */
#define BURST 500
/* No cluster of this kind has room for more; a larger number of replicas waits here. */
#define REPLICAS_MAXIMUM 100000

/* What a step says of those that come after it. */
enum course { COURSE_GO_ON, COURSE_STOP, COURSE_FAILED };

static void observe(struct controller *controller, const struct watch_event *event)
{
    enum resource_id resource = object_resource(event->object);
    if (resource == RESOURCE_STATEFULSETS) {
        controller_enqueue(controller, event->object);
    } else if (resource == RESOURCE_PODS) {
        enqueue_owners_of_pod(controller, event, RESOURCE_STATEFULSETS);
    } else if (resource == RESOURCE_PERSISTENTVOLUMECLAIMS && event->type == WATCH_DELETED) {
        /* A pod may have waited for its old claim to go, or lack the claim now. */
        struct view_list sets = view_all(controller->runtime->view, RESOURCE_STATEFULSETS, object_namespace(event->object));
        for (size_t i = 0; i < sets.count; i++)
            controller_enqueue(controller, sets.objects[i]);
    }
}

static int compare_descending(const void *left, const void *right)
{
    const struct member *first = left;
    const struct member *second = right;
    return first->ordinal > second->ordinal ? -1 : first->ordinal < second->ordinal;
}

static void sort_out_pods(struct stateful *stateful)
{
    stateful->replicas = memory_allocate((size_t)stateful->wanted + 1, sizeof(struct member));
    stateful->condemned = memory_allocate(stateful->pods.count + 1, sizeof(struct member));
    for (int64_t i = 0; i < stateful->wanted; i++)
        stateful->replicas[i].ordinal = stateful->start + i;
    for (size_t i = 0; i < stateful->pods.count; i++) {
        const struct object *pod = stateful->pods.objects[i];
        int64_t ordinal = stateful_ordinal(object_name(stateful->set), object_name(pod));
        if (ordinal >= stateful->start && ordinal < stateful->start + stateful->wanted)
            stateful->replicas[ordinal - stateful->start].pod = pod;
        else if (ordinal >= 0)
            stateful->condemned[stateful->condemned_count++] = (struct member){.pod = pod, .ordinal = ordinal};
    }
    qsort(stateful->condemned, stateful->condemned_count, sizeof(struct member), compare_descending);
}

static bool is_unavailable(const struct stateful *stateful, const struct member *member)
{
    return member->pod == NULL || is_being_deleted(object_tree(member->pod)) ||
           !stateful_is_available(stateful, object_tree(member->pod));
}

/* The unavailable pod of the lowest ordinal, replicas before condemned ones; NULL when all are available. */
static const struct member *first_unavailable(const struct stateful *stateful)
{
    for (int64_t i = 0; i < stateful->wanted; i++) {
        if (is_unavailable(stateful, &stateful->replicas[i]))
            return &stateful->replicas[i];
    }
    for (size_t i = stateful->condemned_count; i > 0; i--) {
        if (is_unavailable(stateful, &stateful->condemned[i - 1]))
            return &stateful->condemned[i - 1];
    }
    return NULL;
}

static enum course stop_if_ordered(const struct stateful *stateful)
{
    return stateful->ordered ? COURSE_STOP : COURSE_GO_ON;
}

static enum course course_of(int outcome, enum course course)
{
    return outcome != 0 ? COURSE_FAILED : course;
}

static enum course bring_replica(const struct stateful *stateful, const struct member *member, struct status *status)
{
    if (member->pod == NULL) {
        if (stateful_claim_is_stale(stateful, member->ordinal))
            return stop_if_ordered(stateful);
        return course_of(stateful_create_pod(stateful, member->ordinal, status), stop_if_ordered(stateful));
    }
    const cJSON *pod = object_tree(member->pod);
    if (pod_is_terminal(pod)) {
        int outcome = is_being_deleted(pod) ? 0 : stateful_delete_pod(stateful, member->pod, status);
        return course_of(outcome, stop_if_ordered(stateful));
    }
    if (strcmp(phase_of_pod(pod), "Pending") == 0 && !is_being_deleted(pod) &&
        stateful_create_claims(stateful, member->ordinal, status) != 0)
        return COURSE_FAILED;
    if (is_unavailable(stateful, member) && stateful->ordered)
        return COURSE_STOP;
    if (stateful_keep_identity(stateful, member, status) != 0)
        return COURSE_FAILED;
    return course_of(stateful_own_claims(stateful, member, false, status), COURSE_GO_ON);
}

static enum course bring_replicas(const struct stateful *stateful, struct status *status)
{
    enum course course = COURSE_GO_ON;
    int64_t missing = 0;
    for (int64_t i = 0; i < stateful->wanted && course == COURSE_GO_ON; i++) {
        if (stateful->replicas[i].pod == NULL && missing++ == BURST)
            return COURSE_STOP;
        course = bring_replica(stateful, &stateful->replicas[i], status);
    }
    return course;
}

/* In order, a pod goes when all others are available, or when it is itself the one that is not. */
static enum course end_condemned(const struct stateful *stateful, const struct member *member, const struct member *unavailable,
                                 struct status *status)
{
    if (is_being_deleted(object_tree(member->pod)))
        return stop_if_ordered(stateful);
    if (stateful->ordered && is_unavailable(stateful, member) && member != unavailable)
        return COURSE_STOP;
    return course_of(stateful_delete_pod(stateful, member->pod, status), stop_if_ordered(stateful));
}

static enum course end_all_condemned(const struct stateful *stateful, struct status *status)
{
    const struct member *unavailable = first_unavailable(stateful);
    for (size_t i = 0; i < stateful->condemned_count; i++) {
        if (stateful_own_claims(stateful, &stateful->condemned[i], true, status) != 0)
            return COURSE_FAILED;
    }
    enum course course = COURSE_GO_ON;
    for (size_t i = 0; i < stateful->condemned_count && course == COURSE_GO_ON; i++)
        course = end_condemned(stateful, &stateful->condemned[i], unavailable, status);
    return course;
}

/* maxUnavailable as a count: a percentage rounds up; at least 1. */
static int64_t most_unavailable(const struct stateful *stateful)
{
    const cJSON *value = json_get(stateful->tree, "spec", "updateStrategy", "rollingUpdate", "maxUnavailable");
    const char *percent = json_text(value, NULL);
    int64_t count = json_integer(value, 1);
    if (percent != NULL)
        count = (strtoll(percent, NULL, 10) * stateful->wanted + 99) / 100;
    return count > 1 ? count : 1;
}

/* From the highest ordinal down to the partition, pods of an older template are ended; each that is not available yet,
 * or not again, counts as one of those that may be missing. */
static enum course update_replicas(const struct stateful *stateful, struct status *status)
{
    const cJSON *strategy = json_get(stateful->tree, "spec", "updateStrategy");
    int64_t partition = json_integer(json_get(strategy, "rollingUpdate", "partition"), 0);
    int64_t most = most_unavailable(stateful);
    int64_t missing = 0;
    if (strcmp(json_text(json_get(strategy, "type"), ""), "OnDelete") == 0)
        return COURSE_GO_ON;
    for (int64_t i = stateful->wanted - 1; i >= partition && missing < most; i--) {
        const struct member *member = &stateful->replicas[i];
        bool ending = member->pod == NULL || is_being_deleted(object_tree(member->pod));
        if (!ending && strcmp(stateful_pod_revision(object_tree(member->pod)), object_name(stateful->update)) != 0) {
            if (stateful_delete_pod(stateful, member->pod, status) != 0)
                return COURSE_FAILED;
            missing++;
        } else if (is_unavailable(stateful, member)) {
            missing++;
        }
    }
    return COURSE_GO_ON;
}

/* Replicas first, then the pods that are too many, then the new template: each waits for the one before it. */
static int bring_about(const struct stateful *stateful, struct status *status)
{
    if (is_being_deleted(stateful->tree))
        return 0;
    enum course course = bring_replicas(stateful, status);
    if (course == COURSE_GO_ON)
        course = end_all_condemned(stateful, status);
    if (course == COURSE_GO_ON)
        course = update_replicas(stateful, status);
    return course == COURSE_FAILED ? -1 : 0;
}

/* A pod becomes available by waiting, which no change announces. */
static void wait_for_availability(struct controller *controller, const char *key, const struct stateful *stateful)
{
    for (size_t i = 0; i < stateful->pods.count; i++) {
        const cJSON *pod = object_tree(stateful->pods.objects[i]);
        int64_t since = pod_ready_transition(pod);
        if (since == 0 || !stateful_is_ready(pod) || stateful_is_available(stateful, pod))
            continue;
        int64_t moment = since + stateful->minimum * NANOSECONDS_PER_SECOND;
        controller_enqueue_after(controller, key, moment - controller->runtime->wall);
    }
}

static int sync_set(struct stateful *stateful, struct status *status)
{
    if (adopt(stateful->runtime, stateful->set, RESOURCE_PODS, &stateful->pods, status) != 0 ||
        stateful_find_revisions(stateful, status) != 0)
        return -1;
    sort_out_pods(stateful);
    int outcome = bring_about(stateful, status);
    AUTO_STATUS struct status failure = {0};
    if (stateful_write_status(stateful, &failure) != 0 && outcome == 0)
        return status_set(status, failure.code, failure.reason, "%s", status_message(&failure));
    return outcome != 0 ? outcome : stateful_truncate_history(stateful, status);
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    const struct object *set = controller_object(controller, RESOURCE_STATEFULSETS, key);
    if (set == NULL)
        return 0;
    const cJSON *spec = json_get(object_tree(set), "spec");
    struct stateful stateful = {
        .runtime = controller->runtime,
        .set = set,
        .tree = object_tree(set),
        .start = json_integer(json_get(spec, "ordinals", "start"), 0),
        .wanted = json_integer(json_get(spec, "replicas"), 1),
        .minimum = json_integer(json_get(spec, "minReadySeconds"), 0),
        .ordered = strcmp(json_text(json_get(spec, "podManagementPolicy"), ""), "Parallel") != 0,
    };
    if (stateful.wanted > REPLICAS_MAXIMUM)
        stateful.wanted = REPLICAS_MAXIMUM;
    int outcome = sync_set(&stateful, status);
    wait_for_availability(controller, key, &stateful);
    free(stateful.replicas);
    free(stateful.condemned);
    object_release(stateful.current);
    object_release(stateful.update);
    object_list_release(&stateful.revisions);
    object_list_release(&stateful.pods);
    return outcome;
}

const struct controller_functions statefulset_functions = {.name = "statefulset", .observe = observe, .sync = sync};

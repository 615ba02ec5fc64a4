#include "cluster/controllers/scheduler_preemption.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/conditions.h"
#include "cluster/controllers/disruption.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/scheduler_message.h"
#include "common/clock.h"

/* The pods of a node that would have to go, the most important first. */
struct victims {
    struct scheduling_node *node;
    const struct object **pods;
    size_t count;
};

static int64_t start_of(const struct object *pod)
{
    int64_t wall = INT64_MAX;
    if (clock_parse(json_text(json_get(object_tree(pod), "status", "startTime"), ""), &wall, NULL) != 0)
        return INT64_MAX; /* not started: the latest */
    return wall;
}

/* A higher priority, or running for longer. */
static int compare_importance(const void *left_pointer, const void *right_pointer)
{
    const struct object *left = *(const struct object *const *)left_pointer;
    const struct object *right = *(const struct object *const *)right_pointer;
    const int64_t left_priority = pod_priority(object_tree(left)), right_priority = pod_priority(object_tree(right));
    if (left_priority != right_priority)
        return left_priority > right_priority ? -1 : 1;
    const int64_t left_start = start_of(left), right_start = start_of(right);
    return left_start == right_start ? strcmp(object_uid(left), object_uid(right)) : left_start < right_start ? -1 : 1;
}

static bool fits_now(const struct snapshot *snapshot, const struct object *pod, const struct scheduling_node *node,
                     struct rejection *rejection)
{
    struct placement placement;
    placement_make(&placement, snapshot, pod);
    const bool fits = node_fits(&placement, node, rejection);
    placement_release(&placement);
    return fits;
}

/* Takes out every pod of lower priority. */
static void take_out(struct victims *victims, const struct object *pod)
{
    struct scheduling_node *node = victims->node;
    victims->pods = memory_allocate(node->pod_count + 1, sizeof(struct object *));
    for (size_t i = 0; i < node->pod_count; i++) {
        if (pod_priority(object_tree(node->pods[i])) < pod_priority(object_tree(pod)))
            victims->pods[victims->count++] = node->pods[i];
    }
    for (size_t i = 0; i < victims->count; i++)
        snapshot_remove_pod(node, victims->pods[i]);
    qsort(victims->pods, victims->count, sizeof(struct object *), compare_importance);
}

/* Lets stay who can, the most important first. */
static void reprieve(struct victims *victims, const struct snapshot *snapshot, const struct object *pod)
{
    size_t kept = 0;
    for (size_t i = 0; i < victims->count; i++) {
        struct rejection rejection = {0};
        snapshot_add_pod(victims->node, victims->pods[i]);
        if (!fits_now(snapshot, pod, victims->node, &rejection)) {
            snapshot_remove_pod(victims->node, victims->pods[i]);
            victims->pods[kept++] = victims->pods[i];
        }
        rejection_release(&rejection);
    }
    victims->count = kept;
}

/* False, with the reasons, when not even the end of all pods of lower priority would do. */
static bool find_victims(struct snapshot *snapshot, struct scheduling_node *node, const struct object *pod,
                         struct victims *victims, struct reasons *reasons)
{
    struct rejection rejection = {0};
    *victims = (struct victims){.node = node};
    take_out(victims, pod);
    bool found = victims->count > 0 && fits_now(snapshot, pod, node, &rejection);
    if (found)
        reprieve(victims, snapshot, pod);
    else if (victims->count == 0)
        reasons_add(reasons, "No preemption victims found for incoming pod");
    else
        reasons_add_all(reasons, &rejection);
    rejection_release(&rejection);
    for (size_t i = 0; i < victims->count; i++)
        snapshot_add_pod(node, victims->pods[i]);
    return found && victims->count > 0;
}

/* What the end of the victims costs; compared member by member, less is better. */
struct cost {
    int64_t highest_priority, priorities, count, earliest_start;
};

static struct cost cost_of(const struct victims *victims)
{
    struct cost cost = {.highest_priority = pod_priority(object_tree(victims->pods[0])),
                        .count = (int64_t)victims->count,
                        .earliest_start = INT64_MAX};
    for (size_t i = 0; i < victims->count; i++) {
        const int64_t priority = pod_priority(object_tree(victims->pods[i]));
        const int64_t start = start_of(victims->pods[i]);
        cost.priorities += priority - INT32_MIN; /* never negative, so that fewer victims are less */
        if (priority == cost.highest_priority && start < cost.earliest_start)
            cost.earliest_start = start;
    }
    return cost;
}

static bool is_cheaper(const struct victims *left, const struct victims *right)
{
    const struct cost a = cost_of(left), b = cost_of(right);
    if (a.highest_priority != b.highest_priority)
        return a.highest_priority < b.highest_priority;
    if (a.priorities != b.priorities)
        return a.priorities < b.priorities;
    if (a.count != b.count)
        return a.count < b.count;
    return a.earliest_start > b.earliest_start;
}

static bool is_victim_of_preemption(const cJSON *pod)
{
    const cJSON *condition = condition_find(json_get(pod, "status"), "DisruptionTarget");
    return is_being_deleted(pod) && condition_has_reason(condition, "PreemptionByScheduler");
}

/* Pods that leave the node which the pod was promised make room already. */
static bool waits_for_victims(const struct snapshot *snapshot, const struct object *pod, const struct rejection *rejections)
{
    const char *nominated = json_text(json_get(object_tree(pod), "status", "nominatedNodeName"), "");
    for (size_t i = 0; i < snapshot->count; i++) {
        const struct scheduling_node *node = &snapshot->nodes[i];
        if (strcmp(object_name(node->object), nominated) != 0 || rejections[i].unresolvable)
            continue;
        for (size_t j = 0; j < node->pod_count; j++) {
            const cJSON *present = object_tree(node->pods[j]);
            if (is_victim_of_preemption(present) && pod_priority(present) < pod_priority(object_tree(pod)))
                return true;
        }
    }
    return false;
}

static void choose(struct snapshot *snapshot, const struct object *pod, const struct rejection *rejections, struct victims *best,
                   struct reasons *reasons)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        struct victims victims = {0};
        if (rejections[i].unresolvable) {
            reasons_add(reasons, "Preemption is not helpful for scheduling");
            continue;
        }
        bool better = find_victims(snapshot, &snapshot->nodes[i], pod, &victims, reasons) &&
                      (best->node == NULL || is_cheaper(&victims, best));
        free(better ? best->pods : victims.pods);
        if (better)
            *best = victims;
    }
}

void preemption_plan(struct snapshot *snapshot, const struct object *pod, const struct rejection *rejections,
                     struct preemption *preemption)
{
    *preemption = (struct preemption){0};
    if (strcmp(json_text(json_get(object_tree(pod), "spec", "preemptionPolicy"), ""), "Never") == 0) {
        preemption->message = memory_copy_text("not eligible due to preemptionPolicy=Never.");
        return;
    }
    if (waits_for_victims(snapshot, pod, rejections)) {
        preemption->keeps_nomination = true;
        preemption->message = memory_copy_text("not eligible due to a terminating pod on the nominated node.");
        return;
    }
    AUTO_REASONS struct reasons reasons = {0};
    struct victims best = {0};
    choose(snapshot, pod, rejections, &best, &reasons);
    if (best.node != NULL) {
        preemption->node = best.node->object;
        preemption->victims = best.pods;
        preemption->count = best.count;
        return;
    }
    struct buffer message;
    buffer_init(&message, 4096);
    reasons_describe(&reasons, snapshot->count, &message);
    preemption->message = buffer_steal(&message);
    buffer_release(&message);
}

void preemption_release(struct preemption *preemption)
{
    free(preemption->victims);
    free(preemption->message);
    *preemption = (struct preemption){0};
}

static int end_victim(struct runtime *runtime, const struct object *pod, const struct object *node, const struct object *victim,
                      struct status *status)
{
    const char *scheduler = json_text(json_get(object_tree(pod), "spec", "schedulerName"), "default-scheduler");
    AUTO_FREE char *why = memory_format("%s: preempting to accommodate a higher priority pod", scheduler);
    const struct disruption disruption = {.reason = "PreemptionByScheduler", .message = why};
    const int outcome = disrupt_pod(runtime, victim, &disruption, status);
    if (outcome <= 0)
        return outcome;
    record_event(runtime->registry, victim, NULL, "Normal", "Preempted", "default-scheduler", NULL,
                 "Preempted by pod %s on node %s", object_uid(pod), object_name(node));
    return 0;
}

int preemption_carry_out(struct runtime *runtime, const struct object *pod, const struct preemption *preemption,
                         struct status *status)
{
    for (size_t i = 0; i < preemption->count; i++) {
        const struct object *victim = preemption->victims[i];
        if (!is_being_deleted(object_tree(victim)) && end_victim(runtime, pod, preemption->node, victim, status) != 0)
            return -1;
    }
    return 0;
}

#include "cluster/controllers/victims.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"

#define DELETION_COST "controller.kubernetes.io/pod-deletion-cost"

/* What is compared, read once for each pod. */
struct candidate {
    struct victim victim;
    bool assigned;
    int phase; /* Pending first, Unknown, then Running */
    bool ready;
    int64_t deletion_cost;
    int64_t ready_since;
    int64_t restarts;
    int64_t created;
};

static int phase_order(const char *phase)
{
    if (strcmp(phase, "Pending") == 0)
        return 0;
    return strcmp(phase, "Unknown") == 0 ? 1 : 2;
}

static int64_t deletion_cost(const cJSON *pod)
{
    const char *text = json_text(json_get(pod, "metadata", "annotations", DELETION_COST), "0");
    char *end = NULL;
    long long cost = strtoll(text, &end, 10);
    return *end == '\0' && cost >= INT32_MIN && cost <= INT32_MAX ? cost : 0;
}

static int64_t most_restarts(const cJSON *pod)
{
    int64_t most = 0;
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(pod, "status", "containerStatuses")) {
        int64_t restarts = json_integer(json_get(container, "restartCount"), 0);
        most = restarts > most ? restarts : most;
    }
    return most;
}

static struct candidate candidate_of(const struct victim *victim)
{
    const cJSON *pod = object_tree(victim->pod);
    return (struct candidate){
        .victim = *victim,
        .assigned = node_of_pod(pod)[0] != '\0',
        .phase = phase_order(phase_of_pod(pod)),
        .ready = pod_is_ready(pod),
        .deletion_cost = deletion_cost(pod),
        .ready_since = pod_is_ready(pod) ? pod_ready_transition(pod) : 0,
        .restarts = most_restarts(pod),
        .created = creation_time(pod),
    };
}

static int compare_numbers(int64_t left, int64_t right)
{
    return left < right ? -1 : left > right;
}

/* -1 for ages that are not positive. */
static int power_of_two(int64_t age)
{
    return age <= 0 ? -1 : 63 - __builtin_clzll((unsigned long long)age);
}

/* The younger first; those of an age in powers of two in the order of their uids. Unknown times come first. */
static int compare_ages(const struct candidate *left, const struct candidate *right, int64_t left_time, int64_t right_time,
                        int64_t wall)
{
    if (left_time == 0 || right_time == 0)
        return compare_numbers(left_time != 0, right_time != 0);
    int order = compare_numbers(power_of_two(wall - left_time), power_of_two(wall - right_time));
    return order != 0 ? order : strcmp(object_uid(left->victim.pod), object_uid(right->victim.pod));
}

static int compare_candidates(const void *left_pointer, const void *right_pointer, void *context)
{
    const struct candidate *left = left_pointer;
    const struct candidate *right = right_pointer;
    int64_t wall = *(const int64_t *)context;
    int order = compare_numbers(left->assigned, right->assigned);
    if (order == 0)
        order = compare_numbers(left->phase, right->phase);
    if (order == 0)
        order = compare_numbers(left->ready, right->ready);
    if (order == 0)
        order = compare_numbers(left->deletion_cost, right->deletion_cost);
    if (order == 0)
        order = compare_numbers((int64_t)right->victim.rank, (int64_t)left->victim.rank);
    if (order == 0 && left->ready && left->ready_since != right->ready_since)
        order = compare_ages(left, right, left->ready_since, right->ready_since, wall);
    if (order == 0)
        order = compare_numbers(right->restarts, left->restarts);
    if (order == 0 && left->created != right->created)
        order = compare_ages(left, right, left->created, right->created, wall);
    return order;
}

void victims_sort(struct victim *victims, size_t count, int64_t wall)
{
    AUTO_FREE struct candidate *candidates = memory_allocate(count + 1, sizeof(struct candidate));
    for (size_t i = 0; i < count; i++)
        candidates[i] = candidate_of(&victims[i]);
    qsort_r(candidates, count, sizeof(struct candidate), compare_candidates, &wall);
    for (size_t i = 0; i < count; i++)
        victims[i] = candidates[i].victim;
}

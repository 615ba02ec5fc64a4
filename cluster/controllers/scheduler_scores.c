#include "cluster/controllers/scheduler_scores.h"

#include "cluster/controllers/node_affinity.h"
#include "cluster/controllers/pod_affinity.h"
#include "cluster/controllers/taints.h"
#include "cluster/controllers/topology_spread.h"

#define HIGHEST 100

struct scoring {
    const struct snapshot *snapshot;
    const cJSON *pod;
    struct pod_requests wanted, scored;
    const struct scheduling_node *const *nodes;
    size_t count;
    int64_t *scores; /* of one plugin; then added to sums */
    int64_t *sums;
};

static void add_scores(struct scoring *scoring, int64_t weight)
{
    for (size_t i = 0; i < scoring->count; i++)
        scoring->sums[i] += weight * scoring->scores[i];
}

/* To 0..HIGHEST by the largest; reversed: less was better. */
static void normalize(struct scoring *scoring, bool reversed)
{
    int64_t largest = 0;
    for (size_t i = 0; i < scoring->count; i++)
        largest = scoring->scores[i] > largest ? scoring->scores[i] : largest;
    for (size_t i = 0; i < scoring->count; i++) {
        const int64_t score = largest > 0 ? scoring->scores[i] * HIGHEST / largest : 0;
        scoring->scores[i] = reversed ? HIGHEST - score : score;
    }
}

static int64_t free_part(int64_t requested, int64_t all)
{
    return all <= 0 || requested > all ? 0 : (all - requested) * HIGHEST / all;
}

static double used_part(int64_t requested, int64_t all)
{
    return all <= 0 || requested >= all ? 1 : (double)requested / (double)all;
}

/* NodeResourcesFit, LeastAllocated: the mean of what stays free of cpu and memory. */
static void score_free_room(struct scoring *scoring)
{
    for (size_t i = 0; i < scoring->count; i++) {
        const struct scheduling_node *node = scoring->nodes[i];
        const struct pod_requests *all = &node->allocatable;
        scoring->scores[i] = (free_part(node->scored.cpu_millicores + scoring->scored.cpu_millicores, all->cpu_millicores) +
                              free_part(node->scored.memory_bytes + scoring->scored.memory_bytes, all->memory_bytes)) /
                             2;
    }
    add_scores(scoring, 1);
}

/* NodeResourcesBalancedAllocation: cpu and memory should be used alike. The deviation of two parts is half their
 * difference. */
static void score_balance(struct scoring *scoring)
{
    if (scoring->wanted.cpu_millicores == 0 && scoring->wanted.memory_bytes == 0)
        return;
    for (size_t i = 0; i < scoring->count; i++) {
        const struct scheduling_node *node = scoring->nodes[i];
        const double cpu =
            used_part(node->requested.cpu_millicores + scoring->wanted.cpu_millicores, node->allocatable.cpu_millicores);
        const double memory =
            used_part(node->requested.memory_bytes + scoring->wanted.memory_bytes, node->allocatable.memory_bytes);
        const double deviation = (cpu > memory ? cpu - memory : memory - cpu) / 2;
        scoring->scores[i] = (int64_t)((1 - deviation) * HIGHEST);
    }
    add_scores(scoring, 1);
}

static void score_taints(struct scoring *scoring)
{
    for (size_t i = 0; i < scoring->count; i++) {
        const cJSON *taint = NULL;
        scoring->scores[i] = 0;
        cJSON_ArrayForEach (taint, json_get(scoring->nodes[i]->tree, "spec", "taints"))
            scoring->scores[i] += taint_has_effect(taint, "PreferNoSchedule") && !pod_tolerates(scoring->pod, taint);
    }
    normalize(scoring, true);
    add_scores(scoring, 3);
}

static void score_node_affinity(struct scoring *scoring)
{
    for (size_t i = 0; i < scoring->count; i++)
        scoring->scores[i] = node_affinity_preference(scoring->pod, scoring->nodes[i]->tree);
    normalize(scoring, false);
    add_scores(scoring, 2);
}

static void score_pod_affinity(struct scoring *scoring)
{
    struct topology_counts preferences = pod_affinity_preferences(scoring->snapshot, scoring->pod);
    int64_t least = INT64_MAX, most = INT64_MIN;
    for (size_t i = 0; i < scoring->count; i++) {
        scoring->scores[i] = pod_affinity_preference(&preferences, scoring->nodes[i]->tree);
        least = scoring->scores[i] < least ? scoring->scores[i] : least;
        most = scoring->scores[i] > most ? scoring->scores[i] : most;
    }
    topology_release(&preferences);
    for (size_t i = 0; i < scoring->count; i++)
        scoring->scores[i] = most > least ? (scoring->scores[i] - least) * HIGHEST / (most - least) : 0;
    add_scores(scoring, 2);
}

static void score_spread(struct scoring *scoring)
{
    struct topology_spread spread;
    int64_t least = INT64_MAX, most = 0;
    topology_spread_make(&spread, scoring->snapshot, scoring->pod, false);
    for (size_t i = 0; i < scoring->count && spread.count > 0; i++) {
        const int64_t crowding = topology_spread_crowding(&spread, scoring->nodes[i]);
        scoring->scores[i] = crowding;
        if (crowding >= 0) {
            least = crowding < least ? crowding : least;
            most = crowding > most ? crowding : most;
        }
    }
    for (size_t i = 0; i < scoring->count && spread.count > 0; i++) {
        if (scoring->scores[i] < 0)
            scoring->scores[i] = 0;
        else
            scoring->scores[i] = most == 0 ? HIGHEST : HIGHEST * (most + least - scoring->scores[i]) / most;
    }
    if (spread.count > 0)
        add_scores(scoring, 2);
    topology_spread_release(&spread);
}

const struct scheduling_node *best_node(const struct snapshot *snapshot, const struct scheduling_node *const *fitting,
                                        size_t count, const cJSON *pod)
{
    if (count == 1)
        return fitting[0];
    AUTO_FREE int64_t *scores = memory_allocate(count, sizeof(int64_t));
    AUTO_FREE int64_t *sums = memory_allocate(count, sizeof(int64_t));
    struct scoring scoring = {.snapshot = snapshot,
                              .pod = pod,
                              .wanted = pod_requests(pod),
                              .scored = pod_scored_requests(pod),
                              .nodes = fitting,
                              .count = count,
                              .scores = scores,
                              .sums = sums};
    score_free_room(&scoring);
    score_balance(&scoring);
    score_taints(&scoring);
    score_node_affinity(&scoring);
    score_pod_affinity(&scoring);
    score_spread(&scoring);
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        best = sums[i] > sums[best] ? i : best;
    return fitting[best];
}

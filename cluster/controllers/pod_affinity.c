#include "cluster/controllers/pod_affinity.h"

#include <string.h>

/* kube-scheduler's HardPodAffinityWeight. */
#define REQUIRED_AFFINITY_WEIGHT 1

static bool matches_all(const struct affinity_terms *terms, const struct view *view, const cJSON *pod)
{
    for (size_t i = 0; i < terms->count; i++) {
        if (!affinity_term_matches(&terms->terms[i], view, pod))
            return false;
    }
    return terms->count > 0;
}

static void add_place(struct topology_counts *counts, const struct affinity_term *term, const cJSON *node, int64_t amount)
{
    const char *value = node_label(node, term->topology_key);
    if (value != NULL)
        topology_add(counts, term->topology_key, value, amount);
}

/* Terms of `terms` that match the pod, at the node's places. */
static void count_matches(struct topology_counts *counts, const struct affinity_terms *terms, const struct view *view,
                          const cJSON *pod, const cJSON *node)
{
    for (size_t i = 0; i < terms->count; i++) {
        if (affinity_term_matches(&terms->terms[i], view, pod))
            add_place(counts, &terms->terms[i], node, 1);
    }
}

static void count_pod(struct pod_affinity *affinity, const struct view *view, const cJSON *pod, const cJSON *present,
                      const cJSON *node)
{
    if (matches_all(&affinity->affinity, view, present)) {
        for (size_t i = 0; i < affinity->affinity.count; i++)
            add_place(&affinity->wanted, &affinity->affinity.terms[i], node, 1);
    }
    count_matches(&affinity->avoided, &affinity->anti_affinity, view, present, node);
    if (json_get(present, "spec", "affinity", "podAntiAffinity") == NULL)
        return;
    AUTO_TERMS struct affinity_terms theirs = affinity_terms_required(present, "podAntiAffinity");
    count_matches(&affinity->refused, &theirs, view, pod, node);
}

void pod_affinity_make(struct pod_affinity *affinity, const struct snapshot *snapshot, const cJSON *pod)
{
    *affinity = (struct pod_affinity){
        .affinity = affinity_terms_required(pod, "podAffinity"),
        .anti_affinity = affinity_terms_required(pod, "podAntiAffinity"),
    };
    affinity->matches_itself = matches_all(&affinity->affinity, snapshot->view, pod);
    for (size_t i = 0; i < snapshot->count; i++) {
        const struct scheduling_node *node = &snapshot->nodes[i];
        for (size_t j = 0; j < node->pod_count; j++)
            count_pod(affinity, snapshot->view, pod, object_tree(node->pods[j]), node->tree);
    }
}

void pod_affinity_release(struct pod_affinity *affinity)
{
    affinity_terms_release(&affinity->affinity);
    affinity_terms_release(&affinity->anti_affinity);
    topology_release(&affinity->wanted);
    topology_release(&affinity->avoided);
    topology_release(&affinity->refused);
}

/* The first pod of a group that wants to be together finds nobody: it may go anywhere. */
static bool has_wanted(const struct pod_affinity *affinity, const cJSON *node)
{
    bool present = true;
    for (size_t i = 0; i < affinity->affinity.count; i++) {
        const char *key = affinity->affinity.terms[i].topology_key;
        const char *value = node_label(node, key);
        if (value == NULL)
            return false;
        present = present && topology_of(&affinity->wanted, key, value) > 0;
    }
    return present || (affinity->wanted.count == 0 && affinity->matches_itself);
}

static bool has_avoided(const struct pod_affinity *affinity, const cJSON *node)
{
    for (size_t i = 0; i < affinity->anti_affinity.count; i++) {
        const char *key = affinity->anti_affinity.terms[i].topology_key;
        if (topology_of(&affinity->avoided, key, node_label(node, key)) > 0)
            return true;
    }
    return false;
}

static bool is_place_of(const struct topology_count *place, const cJSON *node)
{
    const char *value = node_label(node, place->key);
    return value != NULL && strcmp(value, place->value) == 0;
}

static bool is_refused(const struct pod_affinity *affinity, const cJSON *node)
{
    for (size_t i = 0; i < affinity->refused.count; i++) {
        const struct topology_count *place = &affinity->refused.places[i];
        if (place->count > 0 && is_place_of(place, node))
            return true;
    }
    return false;
}

enum pod_affinity_verdict pod_affinity_judge(const struct pod_affinity *affinity, const cJSON *node)
{
    if (!has_wanted(affinity, node))
        return POD_AFFINITY_MISSING;
    if (has_avoided(affinity, node))
        return POD_AFFINITY_AVOIDED;
    return is_refused(affinity, node) ? POD_AFFINITY_REFUSED : POD_AFFINITY_FITS;
}

/* Adds sign * weight at the node's place for each term that matches the pod. */
static void weigh(struct topology_counts *sums, const struct affinity_terms *terms, int sign, const struct view *view,
                  const cJSON *pod, const cJSON *node)
{
    for (size_t i = 0; i < terms->count; i++) {
        const struct affinity_term *term = &terms->terms[i];
        if (affinity_term_matches(term, view, pod))
            add_place(sums, term, node, sign * (term->weight != 0 ? term->weight : REQUIRED_AFFINITY_WEIGHT));
    }
}

static void weigh_theirs(struct topology_counts *sums, const struct view *view, const cJSON *pod, const cJSON *present,
                         const cJSON *node)
{
    if (json_get(present, "spec", "affinity") == NULL)
        return;
    AUTO_TERMS struct affinity_terms required = affinity_terms_required(present, "podAffinity");
    AUTO_TERMS struct affinity_terms preferred = affinity_terms_preferred(present, "podAffinity");
    AUTO_TERMS struct affinity_terms anti = affinity_terms_preferred(present, "podAntiAffinity");
    weigh(sums, &required, 1, view, pod, node);
    weigh(sums, &preferred, 1, view, pod, node);
    weigh(sums, &anti, -1, view, pod, node);
}

struct topology_counts pod_affinity_preferences(const struct snapshot *snapshot, const cJSON *pod)
{
    struct topology_counts sums = {0};
    AUTO_TERMS struct affinity_terms preferred = affinity_terms_preferred(pod, "podAffinity");
    AUTO_TERMS struct affinity_terms anti = affinity_terms_preferred(pod, "podAntiAffinity");
    for (size_t i = 0; i < snapshot->count; i++) {
        const struct scheduling_node *node = &snapshot->nodes[i];
        for (size_t j = 0; j < node->pod_count; j++) {
            const cJSON *present = object_tree(node->pods[j]);
            weigh(&sums, &preferred, 1, snapshot->view, present, node->tree);
            weigh(&sums, &anti, -1, snapshot->view, present, node->tree);
            weigh_theirs(&sums, snapshot->view, pod, present, node->tree);
        }
    }
    return sums;
}

int64_t pod_affinity_preference(const struct topology_counts *preferences, const cJSON *node)
{
    int64_t sum = 0;
    for (size_t i = 0; i < preferences->count; i++)
        sum += is_place_of(&preferences->places[i], node) ? preferences->places[i].count : 0;
    return sum;
}

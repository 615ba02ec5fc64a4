/*
 * One term of a pod's affinity or anti-affinity to other pods: which pods it means and over which places.
 */
#ifndef CLUSTER_CONTROLLERS_AFFINITY_TERM_H
#define CLUSTER_CONTROLLERS_AFFINITY_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cluster/api/selector.h"
#include "cluster/controllers/view.h"

struct affinity_term {
    const cJSON *tree;  /* a PodAffinityTerm of the owner */
    const cJSON *owner; /* the pod that has the term */
    const char *topology_key;
    struct selector *selector; /* NULL: matches no pod */
    int64_t weight;            /* of a preferred term; 0 for a required one */
};

struct affinity_terms {
    struct affinity_term *terms;
    size_t count;
};

/* kind: "podAffinity" or "podAntiAffinity". The trees outlive the terms. */
struct affinity_terms affinity_terms_required(const cJSON *pod, const char *kind);
struct affinity_terms affinity_terms_preferred(const cJSON *pod, const char *kind);
void affinity_terms_release(struct affinity_terms *terms);
#define AUTO_TERMS __attribute__((cleanup(affinity_terms_release)))

/* The view is asked for the labels of namespaces. */
bool affinity_term_matches(const struct affinity_term *term, const struct view *view, const cJSON *pod);

#endif

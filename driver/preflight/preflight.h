/*
 * Whether a lesson can work on a cluster, before anything is made there: each problem in one line with its cure. Asks the
 * Kubernetes API alone, changes nothing.
 */
#ifndef DRIVER_PREFLIGHT_PREFLIGHT_H
#define DRIVER_PREFLIGHT_PREFLIGHT_H

#include "driver/preflight/obstacles.h"
#include "kube/kube.h"

#define PREFLIGHT_MOST_VERBS 4

/* One resource ("pods"; "pods/proxy" with its subresource) and what is done with it. namespace NULL = it has none. */
struct preflight_need {
    const char *group;
    const char *resource;
    const char *namespace;
    const char *verbs[PREFLIGHT_MOST_VERBS + 1]; /* NULL at the end */
};

/* What one variant of the lesson will do. Borrowed. */
struct preflight_variant {
    const char *namespace;
    bool makes_namespace; /* else it is there, and nothing is made in it */
    const char *hpa;      /* that is watched; "" = none */
    size_t object_count;  /* that are applied */
    cJSON *const *objects;
    size_t need_count; /* besides what is watched and applied */
    const struct preflight_need *needs;
};

struct preflight_options {
    struct kube_client *client;
    size_t variant_count;
    const struct preflight_variant *variants;
    int64_t patience; /* for the first samples of a metrics API that has none yet, nanoseconds */
    const atomic_bool *stop;
};

/* Fills the obstacles (release them in every case); -1 with an error only when the API does not answer. What the user may not
 * read is not checked. */
int preflight_check(const struct preflight_options *options, struct obstacles *obstacles, struct error *error);

#endif

/*
 * One look at a Deployment and its ReplicaSets: the figures that every step of a rollout needs, gathered once a sync.
 * The rules are those of Kubernetes's deployment controller.
 */
#ifndef CLUSTER_CONTROLLERS_ROLLOUT_H
#define CLUSTER_CONTROLLERS_ROLLOUT_H

#include "cluster/controllers/runtime.h"

#define DEPLOYMENT_COMPONENT "deployment-controller"
#define REVISION_ANNOTATION "deployment.kubernetes.io/revision"
#define REVISION_HISTORY_ANNOTATION "deployment.kubernetes.io/revision-history"
#define DESIRED_ANNOTATION "deployment.kubernetes.io/desired-replicas"
#define MAXIMUM_ANNOTATION "deployment.kubernetes.io/max-replicas"

struct replica_set {
    struct object *object; /* a reference */
    const cJSON *tree;
    int64_t wanted; /* spec.replicas */
    int64_t replicas, ready, available, terminating;
    int64_t created;  /* wall */
    int64_t revision; /* 0 = none */
};

struct rollout {
    struct controller *controller;
    struct runtime *runtime;
    const char *key;
    const struct object *deployment;
    const cJSON *tree;
    int64_t replicas; /* spec.replicas */
    bool recreate;
    bool paused;
    int64_t surge;            /* most pods above replicas; 0 for Recreate */
    int64_t unavailable;      /* most pods below replicas */
    int64_t deadline;         /* spec.progressDeadlineSeconds; 0 = none */
    struct replica_set *sets; /* the oldest first */
    size_t count;
    struct replica_set *newest; /* the set of the present template, one of sets; NULL when there is none */
};

/* Gathers, adopting and releasing ReplicaSets on the way. Release with rollout_release, whatever the outcome. */
int rollout_open(struct rollout *rollout, struct controller *controller, const char *key, const struct object *deployment,
                 struct status *status);
void rollout_release(struct rollout *rollout);

/* Pods wanted of all sets, or of the old ones alone. */
int64_t rollout_wanted(const struct rollout *rollout);
int64_t rollout_wanted_of_old(const struct rollout *rollout);
int64_t rollout_available(const struct rollout *rollout);

/* Gives the newest set its revision and annotations, and makes the set when there is none and create is set.
 * *wrote says that something was written: the next sync goes on from there. *created is a reference to a set that was
 * made, or NULL. */
int rollout_ensure_newest(struct rollout *rollout, bool create, bool *wrote, struct object **created, struct status *status);

/* How many pods the newest set may have now. */
int64_t rollout_allowance(const struct rollout *rollout, int64_t present);

/* Sets a set's count and its annotations, with an event when the count changed. *scaled is set then. */
int rollout_scale(const struct rollout *rollout, const struct replica_set *set, int64_t wanted, bool *scaled,
                  struct status *status);

#endif

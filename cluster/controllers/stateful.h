/*
 * One look at a StatefulSet and what it has: gathered once a sync, shared by the files statefulset*.c.
 */
#ifndef CLUSTER_CONTROLLERS_STATEFUL_H
#define CLUSTER_CONTROLLERS_STATEFUL_H

#include "cluster/controllers/runtime.h"

#define STATEFUL_COMPONENT "statefulset-controller"
#define STATEFUL_REVISION_LABEL "controller-revision-hash" /* of pods: the name of the ControllerRevision */

/* A pod's place in the set. */
struct member {
    const struct object *pod; /* NULL: it does not exist */
    int64_t ordinal;
};

struct stateful {
    struct runtime *runtime;
    const struct object *set;
    const cJSON *tree; /* of set */
    int64_t start;     /* spec.ordinals.start */
    int64_t wanted;    /* spec.replicas */
    int64_t minimum;   /* spec.minReadySeconds */
    bool ordered;      /* podManagementPolicy is OrderedReady */
    struct object_list pods;
    struct member *replicas;  /* wanted of them, by ordinal */
    struct member *condemned; /* pods of other ordinals, the highest first */
    size_t condemned_count;
    struct object_list revisions; /* the oldest first */
    struct object *current;       /* ControllerRevision that status.currentRevision names; a reference */
    struct object *update;        /* that of the present template; a reference */
    int64_t collisions;
};

/* statefulset_revision.c: finds or makes the revision of the present template (a template that comes back gets a new
 * number), fills revisions, current, update and collisions. */
int stateful_find_revisions(struct stateful *stateful, struct status *status);
/* Removes the oldest revisions that nothing uses, above spec.revisionHistoryLimit. */
int stateful_truncate_history(const struct stateful *stateful, struct status *status);

/* statefulset_pod.c */
/* The ordinal of a pod's name; -1 when it is not of a set of that name. */
int64_t stateful_ordinal(const char *set_name, const char *pod_name);
/* The claims first, then the pod, of the revision that its ordinal calls for. */
int stateful_create_pod(const struct stateful *stateful, int64_t ordinal, struct status *status);
int stateful_delete_pod(const struct stateful *stateful, const struct object *pod, struct status *status);
/* Puts back the labels that tell which pod it is. */
int stateful_keep_identity(const struct stateful *stateful, const struct member *member, struct status *status);
const char *stateful_pod_revision(const cJSON *pod);

/* statefulset_claims.c */
/* "data-app-0"; the caller frees it. */
char *stateful_claim_name(const struct stateful *stateful, const cJSON *template, int64_t ordinal);
/* Makes the claims of a pod that do not exist. */
int stateful_create_claims(const struct stateful *stateful, int64_t ordinal, struct status *status);
/* Whether a claim is left of an earlier pod and will go with it: the next pod waits for that. */
bool stateful_claim_is_stale(const struct stateful *stateful, int64_t ordinal);
/* Gives the pod's claims the owners that persistentVolumeClaimRetentionPolicy calls for. */
int stateful_own_claims(const struct stateful *stateful, const struct member *member, bool condemned, struct status *status);

/* statefulset_status.c: writes the status as the pods are. */
int stateful_write_status(const struct stateful *stateful, struct status *status);
bool stateful_is_ready(const cJSON *pod); /* Running and ready */
bool stateful_is_available(const struct stateful *stateful, const cJSON *pod);

#endif

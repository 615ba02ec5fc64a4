/*
 * A Job during one sync: its pods, what they come to, and the status that is to be written. Shared by job.c (what is to be
 * done), job_pods.c (makes and deletes pods) and job_tracking.c (counts those that ended). Nobody else includes this.
 */
#ifndef CLUSTER_CONTROLLERS_JOB_STATE_H
#define CLUSTER_CONTROLLERS_JOB_STATE_H

#include "cluster/api/index_set.h"
#include "cluster/controllers/job_back_off.h"
#include "cluster/controllers/runtime.h"

#define JOB_COMPONENT "job-controller"
#define JOB_MANAGER "kubernetes.io/job-controller"
#define JOB_FINALIZER "batch.kubernetes.io/job-tracking"
#define JOB_INDEX_NAME "batch.kubernetes.io/job-completion-index"
#define JOB_FAILURE_COUNT_NAME "batch.kubernetes.io/job-index-failure-count"
#define JOB_IGNORED_COUNT_NAME "batch.kubernetes.io/job-index-ignored-failure-count"

struct job_state {
    struct controller *controller;
    struct runtime *runtime;
    const char *key;
    struct object *job; /* a reference to its newest state */
    const cJSON *spec;
    cJSON *status; /* to be written */
    struct object_list pods;
    struct job_back_off back_off; /* with the pods that ended since the last sync */

    bool indexed;
    bool fails_by_index;       /* backoffLimitPerIndex is set */
    bool replaces_ended_alone; /* podReplacementPolicy Failed */
    int32_t completions;       /* INT32_MAX when spec.completions is not set */

    int64_t active, ready, terminating;
    int64_t succeeded, failed; /* with the pods that are not counted in the status yet */
    struct index_set counted;  /* indexes that the status calls completed */
    struct index_set succeeded_indexes;
    struct index_set failed_indexes;
    cJSON *finished; /* the condition that ends the job; NULL: it goes on */
};

/* Adopts and lists the pods and works out what they come to. Release also after a failure. */
int job_state_open(struct job_state *state, struct status *status);
void job_state_release(struct job_state *state);

/* Writes state->status, and takes over the object that this makes. */
int job_state_write(struct job_state *state, struct status *status);

/* A pod that ended ("succeeded" or "failed") and that the status knows nothing of yet. */
bool job_pod_is_new(const struct job_state *state, const struct object *pod, const char *list);

/* The index that a pod works on; -1 when it has none. */
int64_t job_pod_index(const cJSON *pod);

/* Failed, or being deleted before it succeeded (with podReplacementPolicy Failed: only before it started). */
bool job_pod_has_failed(const struct job_state *state, const cJSON *pod);

/* How often the index of a failed pod failed, this pod included: counted failures, and those that a policy ignores. */
int64_t job_pod_failures(const struct job_state *state, const cJSON *pod, const char *annotation);

/* A failed pod that keeps its finalizer until its index has a new pod, which takes over its count. NULL when none does. */
struct object *job_pod_waiting_for_replacement(const struct job_state *state, int32_t index);

/* job_pods.c: pods as parallelism, completions and suspend want them. Raises and lowers the counts of state. */
int job_manage_pods(struct job_state *state, struct status *status);
/* Deletes what is active, because the job is over: the pods stay until they are counted. */
int job_end_pods(struct job_state *state, struct status *status);
/* Takes the finalizer from a pod, so that it can go. */
int job_release_pod(struct runtime *runtime, const struct object *pod, struct status *status);

/* job_tracking.c: counts pods that ended, lets them go, and writes the status. *over: nothing is left to be counted. */
int job_track(struct job_state *state, bool *over, struct status *status);

#endif

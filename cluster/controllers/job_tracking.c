#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/conditions.h"
#include "cluster/controllers/job_conditions.h"
#include "cluster/controllers/job_policy.h"
#include "cluster/controllers/job_state.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"

/* Most pods that wait in status.uncountedTerminatedPods, as in Kubernetes. */
#define UNCOUNTED_MAXIMUM 500

/* One sync's work: the pods that may go. */
struct tracking {
    const struct object **released;
    size_t count;
    bool full; /* there are more */
};

static bool holds(const cJSON *uids, const char *uid)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, uids) {
        if (strcmp(json_text(item, ""), uid) == 0)
            return true;
    }
    return false;
}

static void add_uid(struct job_state *state, const char *list, const char *uid)
{
    cJSON *uids = json_array_at(json_object_at(state->status, "uncountedTerminatedPods"), list);
    if (!holds(uids, uid))
        cJSON_AddItemToArray(uids, cJSON_CreateString(uid));
}

static bool success_is_met(const struct job_state *state)
{
    return strcmp(json_text(json_get(state->finished, "type"), ""), "SuccessCriteriaMet") == 0;
}

static bool may_go(const struct job_state *state, const struct object *pod)
{
    const cJSON *tree = object_tree(pod);
    if (!has_finalizer(tree, JOB_FINALIZER))
        return false;
    if (is_being_deleted(object_tree(state->job)) || state->finished != NULL || strcmp(phase_of_pod(tree), "Succeeded") == 0)
        return true;
    if (!job_pod_has_failed(state, tree))
        return false;
    int64_t index = state->fails_by_index ? job_pod_index(tree) : -1;
    return index < 0 || job_pod_waiting_for_replacement(state, (int32_t)index) != pod;
}

/* Notes in the status how a pod ended, so that it is counted even when this program ends before the pod is let go. */
static void note_end(struct job_state *state, const struct object *pod)
{
    const cJSON *tree = object_tree(pod);
    const cJSON *uncounted = json_get(state->status, "uncountedTerminatedPods");
    int64_t index = job_pod_index(tree);
    bool in_place = !state->indexed || (index >= 0 && index < state->completions);
    bool failed_before = holds(json_get(uncounted, "failed"), object_uid(pod));
    if (strcmp(phase_of_pod(tree), "Succeeded") == 0 && !failed_before) {
        if (!state->indexed)
            add_uid(state, "succeeded", object_uid(pod));
        return;
    }
    /* When the job is over, what has not ended by itself has failed. */
    bool failed = job_pod_has_failed(state, tree) || (state->finished != NULL && !success_is_met(state));
    if (failed && in_place && job_judge_failed_pod(json_get(state->spec, "podFailurePolicy"), tree, NULL) != JOB_POD_IGNORED)
        add_uid(state, "failed", object_uid(pod));
}

static int uncounted_size(const struct job_state *state)
{
    const cJSON *uncounted = json_get(state->status, "uncountedTerminatedPods");
    return cJSON_GetArraySize(json_get(uncounted, "succeeded")) + cJSON_GetArraySize(json_get(uncounted, "failed"));
}

static void gather(struct job_state *state, struct tracking *tracking)
{
    tracking->released = memory_allocate(state->pods.count + 1, sizeof *tracking->released);
    for (size_t i = 0; i < state->pods.count; i++) {
        if (!may_go(state, state->pods.objects[i]))
            continue;
        if (uncounted_size(state) >= UNCOUNTED_MAXIMUM) {
            tracking->full = true;
            return;
        }
        note_end(state, state->pods.objects[i]);
        tracking->released[tracking->count++] = state->pods.objects[i];
    }
}

/* Whether a pod of this uid still has to be let go. */
static bool is_waiting(const struct job_state *state, const struct tracking *tracking, const char *uid)
{
    for (size_t i = 0; i < state->pods.count; i++) {
        const struct object *pod = state->pods.objects[i];
        if (strcmp(object_uid(pod), uid) != 0)
            continue;
        for (size_t j = 0; tracking != NULL && j < tracking->count; j++) {
            if (tracking->released[j] == pod)
                return false;
        }
        return has_finalizer(object_tree(pod), JOB_FINALIZER);
    }
    return false;
}

/* Pods that were let go move from the list of uids into the count. tracking: those of this sync, NULL before. */
static void settle(struct job_state *state, const struct tracking *tracking)
{
    static const char *const lists[] = {"succeeded", "failed"};
    cJSON *uncounted = json_object_at(state->status, "uncountedTerminatedPods");
    for (size_t i = 0; i < 2; i++) {
        cJSON *uids = json_get(uncounted, lists[i]);
        int64_t counted = json_integer(json_get(state->status, lists[i]), 0);
        for (int at = cJSON_GetArraySize(uids) - 1; at >= 0; at--) {
            if (is_waiting(state, tracking, json_text(cJSON_GetArrayItem(uids, at), "")))
                continue;
            cJSON_DeleteItemFromArray(uids, at);
            counted++;
        }
        if (counted > 0)
            json_set_integer(state->status, lists[i], counted);
        if (cJSON_GetArraySize(uids) == 0)
            json_remove(uncounted, lists[i]);
    }
}

static void set_indexes(struct job_state *state)
{
    AUTO_FREE char *completed = index_set_text(&state->succeeded_indexes, state->completions);
    AUTO_FREE char *failed = index_set_text(&state->failed_indexes, state->completions);
    if (state->succeeded > 0)
        json_set_integer(state->status, "succeeded", state->succeeded);
    else
        json_remove(state->status, "succeeded");
    if (completed[0] != '\0')
        json_set_text(state->status, "completedIndexes", completed);
    else
        json_remove(state->status, "completedIndexes");
    if (state->fails_by_index)
        json_set_text(state->status, "failedIndexes", failed);
}

int job_track(struct job_state *state, bool *over, struct status *status)
{
    struct tracking tracking = {0};
    int outcome = 0;
    settle(state, NULL);
    gather(state, &tracking);
    if (state->indexed)
        set_indexes(state);
    if (state->finished != NULL)
        (void)job_condition_put(state->status, json_copy(state->finished));
    outcome = job_state_write(state, status);
    for (size_t i = 0; outcome == 0 && i < tracking.count; i++)
        outcome = job_release_pod(state->runtime, tracking.released[i], status);
    if (outcome == 0) {
        settle(state, &tracking);
        *over = !tracking.full && uncounted_size(state) == 0;
    }
    free(tracking.released);
    return outcome;
}

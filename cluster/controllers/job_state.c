#include "cluster/controllers/job_state.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/adoption.h"
#include "cluster/controllers/job_policy.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"

static const char *annotation_of(const cJSON *pod, const char *name)
{
    return json_text(json_get(pod, "metadata", "annotations", name), "");
}

/* -1 when the text is no number of an index. */
static int64_t read_count(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits == 0 || digits > 9 || text[digits] != '\0' ? -1 : strtoll(text, NULL, 10);
}

int64_t job_pod_index(const cJSON *pod)
{
    return read_count(annotation_of(pod, JOB_INDEX_NAME));
}

bool job_pod_has_failed(const struct job_state *state, const cJSON *pod)
{
    const char *phase = phase_of_pod(pod);
    if (strcmp(phase, "Failed") == 0)
        return true;
    if (!is_being_deleted(pod) || strcmp(phase, "Succeeded") == 0)
        return false;
    return !state->replaces_ended_alone || strcmp(phase, "Pending") == 0;
}

int64_t job_pod_failures(const struct job_state *state, const cJSON *pod, const char *annotation)
{
    bool ignored = job_judge_failed_pod(json_get(state->spec, "podFailurePolicy"), pod, NULL) == JOB_POD_IGNORED;
    int64_t before = read_count(annotation_of(pod, annotation));
    bool this_one = ignored == (strcmp(annotation, JOB_IGNORED_COUNT_NAME) == 0);
    return (before < 0 ? 0 : before) + this_one;
}

/* Whether the pod's index has no right to another pod after this one, which failed. */
static bool job_pod_fails_its_index(const struct job_state *state, const cJSON *pod)
{
    if (job_judge_failed_pod(json_get(state->spec, "podFailurePolicy"), pod, NULL) == JOB_POD_FAILS_INDEX)
        return true;
    int64_t limit = json_integer(json_get(state->spec, "backoffLimitPerIndex"), INT64_MAX);
    return job_pod_failures(state, pod, JOB_FAILURE_COUNT_NAME) > limit;
}

struct object *job_pod_waiting_for_replacement(const struct job_state *state, int32_t index)
{
    struct object *found = NULL;
    int64_t most = -1;
    for (size_t i = 0; i < state->pods.count; i++) {
        const cJSON *pod = object_tree(state->pods.objects[i]);
        if (job_pod_index(pod) != index)
            continue;
        if (pod_is_active(pod))
            return NULL;
        if (!has_finalizer(pod, JOB_FINALIZER) || !job_pod_has_failed(state, pod) || job_pod_fails_its_index(state, pod))
            continue;
        int64_t failures = job_pod_failures(state, pod, JOB_FAILURE_COUNT_NAME);
        if (failures > most) {
            most = failures;
            found = state->pods.objects[i];
        }
    }
    return index_set_contains(&state->succeeded_indexes, index) ? NULL : found;
}

static bool holds_uid(const cJSON *uids, const char *uid)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, uids) {
        if (strcmp(json_text(item, ""), uid) == 0)
            return true;
    }
    return false;
}

bool job_pod_is_new(const struct job_state *state, const struct object *pod, const char *list)
{
    const cJSON *tree = object_tree(pod);
    int64_t index = job_pod_index(tree);
    if (!has_finalizer(tree, JOB_FINALIZER) ||
        holds_uid(json_get(state->status, "uncountedTerminatedPods", list), object_uid(pod)))
        return false;
    return !state->indexed || (index >= 0 && index < state->completions);
}

static void count_ended(struct job_state *state, const struct object *pod)
{
    const cJSON *tree = object_tree(pod);
    if (strcmp(phase_of_pod(tree), "Succeeded") == 0) {
        if (!job_pod_is_new(state, pod, "succeeded"))
            return;
        state->succeeded++;
        if (state->indexed)
            index_set_add(&state->succeeded_indexes, (int32_t)job_pod_index(tree));
    } else if (job_pod_has_failed(state, tree) && job_pod_is_new(state, pod, "failed")) {
        if (job_judge_failed_pod(json_get(state->spec, "podFailurePolicy"), tree, NULL) != JOB_POD_IGNORED)
            state->failed++;
        if (state->fails_by_index && job_pod_fails_its_index(state, tree))
            index_set_add(&state->failed_indexes, (int32_t)job_pod_index(tree));
    }
}

static void count_pods(struct job_state *state)
{
    const cJSON *uncounted = json_get(state->status, "uncountedTerminatedPods");
    state->succeeded =
        json_integer(json_get(state->status, "succeeded"), 0) + cJSON_GetArraySize(json_get(uncounted, "succeeded"));
    state->failed = json_integer(json_get(state->status, "failed"), 0) + cJSON_GetArraySize(json_get(uncounted, "failed"));
    for (size_t i = 0; i < state->pods.count; i++) {
        const cJSON *pod = object_tree(state->pods.objects[i]);
        bool active = pod_is_active(pod);
        state->active += active;
        state->ready += active && pod_is_ready(pod);
        state->terminating += !pod_is_terminal(pod) && is_being_deleted(pod);
        count_ended(state, state->pods.objects[i]);
    }
    if (state->indexed)
        state->succeeded = index_set_size(&state->succeeded_indexes, state->completions);
}

int job_state_open(struct job_state *state, struct status *status)
{
    const cJSON *tree = object_tree(state->job);
    const cJSON *old_status = json_get(tree, "status");
    const char *completed = json_text(json_get(old_status, "completedIndexes"), "");
    state->spec = json_get(tree, "spec");
    state->status = cJSON_IsObject(old_status) ? json_copy(old_status) : cJSON_CreateObject();
    (void)json_object_at(state->status, "uncountedTerminatedPods");
    state->indexed = strcmp(json_text(json_get(state->spec, "completionMode"), ""), "Indexed") == 0;
    state->fails_by_index = state->indexed && json_get(state->spec, "backoffLimitPerIndex") != NULL;
    state->replaces_ended_alone = strcmp(json_text(json_get(state->spec, "podReplacementPolicy"), ""), "Failed") == 0;
    state->completions = (int32_t)json_integer(json_get(state->spec, "completions"), INT32_MAX);
    if (adopt(state->runtime, state->job, RESOURCE_PODS, &state->pods, status) != 0)
        return -1;
    if (state->indexed)
        (void)index_set_parse(completed, INT32_MAX, &state->succeeded_indexes, NULL);
    if (state->fails_by_index)
        (void)index_set_parse(json_text(json_get(old_status, "failedIndexes"), ""), INT32_MAX, &state->failed_indexes, NULL);
    count_pods(state);
    return 0;
}

void job_state_release(struct job_state *state)
{
    index_set_release(&state->succeeded_indexes);
    index_set_release(&state->failed_indexes);
    object_list_release(&state->pods);
    object_release(state->job);
    cJSON_Delete(state->status);
    cJSON_Delete(state->finished);
}

int job_state_write(struct job_state *state, struct status *status)
{
    const cJSON *present = object_tree(state->job);
    if (json_equal(json_get(present, "status"), state->status))
        return 0;
    struct object *written = NULL;
    cJSON *tree = json_copy(present);
    json_set(tree, "status", json_copy(state->status));
    if (registry_update(state->runtime->registry, RESOURCE_JOBS, object_namespace(state->job), object_name(state->job),
                        SUBRESOURCE_STATUS, tree, &written, status) != 0)
        return -1;
    object_release(state->job);
    state->job = written;
    state->spec = json_get(object_tree(written), "spec");
    return 0;
}

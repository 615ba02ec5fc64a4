#include <string.h>

#include "cluster/controllers/job_state.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "cluster/controllers/victims.h"

/* Most pods made or deleted in one sync, as in Kubernetes. */
#define BURST 500

/* A pod's name: the job's, "-INDEX-" and five characters more, at most 63. */
#define NAME_PREFIX_MAXIMUM 58

static bool is_finalizer_left(cJSON *pod, void *context)
{
    const char *finalizer = context;
    bool left = has_finalizer(pod, finalizer);
    remove_finalizer(pod, finalizer);
    return left;
}

int job_release_pod(struct runtime *runtime, const struct object *pod, struct status *status)
{
    char finalizer[] = JOB_FINALIZER;
    int outcome = registry_mutate(runtime->registry, RESOURCE_PODS, object_namespace(pod), object_name(pod), SUBRESOURCE_NONE,
                                  is_finalizer_left, finalizer, NULL, status);
    return outcome != 0 && status->code == 404 ? 0 : outcome;
}

static int delete_pod(struct job_state *state, const struct object *pod, struct status *status)
{
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    options.uid = object_uid(pod);
    if (registry_delete(state->runtime->registry, RESOURCE_PODS, object_namespace(pod), object_name(pod), &options, NULL, NULL,
                        status) != 0 &&
        status->code != 404) {
        record_event(state->runtime->registry, state->job, NULL, "Warning", "FailedDelete", JOB_COMPONENT, NULL,
                     "Error deleting: %s", status_message(status));
        return -1;
    }
    record_event(state->runtime->registry, state->job, NULL, "Normal", "SuccessfulDelete", JOB_COMPONENT, NULL, "Deleted pod: %s",
                 object_name(pod));
    state->active--;
    state->terminating++;
    state->ready -= pod_is_ready(object_tree(pod));
    return 0;
}

int job_end_pods(struct job_state *state, struct status *status)
{
    for (size_t i = 0; i < state->pods.count; i++) {
        if (pod_is_active(object_tree(state->pods.objects[i])) && delete_pod(state, state->pods.objects[i], status) != 0)
            return -1;
    }
    return 0;
}

static bool has_active_pod(const struct job_state *state, int64_t index, size_t before)
{
    for (size_t i = 0; i < before; i++) {
        const cJSON *pod = object_tree(state->pods.objects[i]);
        if (pod_is_active(pod) && job_pod_index(pod) == index)
            return true;
    }
    return false;
}

/* A pod without an index of its own: none, one beyond the last, or one that another pod works on. */
static bool is_out_of_place(const struct job_state *state, size_t at)
{
    int64_t index = job_pod_index(object_tree(state->pods.objects[at]));
    return state->indexed && (index < 0 || index >= state->completions || has_active_pod(state, index, at));
}

/* Pods that are too many go uncounted: they have not failed. */
static int delete_surplus(struct job_state *state, int64_t surplus, struct status *status)
{
    AUTO_FREE struct victim *victims = memory_allocate(state->pods.count + 1, sizeof *victims);
    size_t count = 0;
    size_t out_of_place = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < state->pods.count; i++) {
            if (pod_is_active(object_tree(state->pods.objects[i])) && is_out_of_place(state, i) == (pass == 0))
                victims[count++].pod = state->pods.objects[i];
        }
        if (pass == 0)
            out_of_place = count;
    }
    victims_sort(victims + out_of_place, count - out_of_place, state->runtime->wall);
    size_t wanted = surplus > (int64_t)out_of_place ? (size_t)surplus : out_of_place;
    for (size_t i = 0; i < wanted && i < count && i < BURST; i++) {
        if (job_release_pod(state->runtime, victims[i].pod, status) != 0 || delete_pod(state, victims[i].pod, status) != 0)
            return -1;
    }
    return 0;
}

static void add_index_variable(cJSON *containers)
{
    cJSON *container = NULL;
    cJSON_ArrayForEach (container, containers) {
        const cJSON *variable = NULL;
        bool present = false;
        cJSON_ArrayForEach (variable, json_get(container, "env"))
            present = present || strcmp(json_text(json_get(variable, "name"), ""), "JOB_COMPLETION_INDEX") == 0;
        if (present)
            continue;
        cJSON *added = cJSON_CreateObject();
        json_set_text(added, "name", "JOB_COMPLETION_INDEX");
        json_set_text(json_object_at(json_object_at(added, "valueFrom"), "fieldRef"), "fieldPath",
                      "metadata.labels['" JOB_INDEX_NAME "']");
        cJSON_AddItemToArray(json_array_at(container, "env"), added);
    }
}

static void add_failure_count(cJSON *annotations, const struct job_state *state, const struct object *before)
{
    static const char *const names[] = {JOB_FAILURE_COUNT_NAME, JOB_IGNORED_COUNT_NAME};
    for (size_t i = 0; i < 2; i++) {
        int64_t failures = before != NULL ? job_pod_failures(state, object_tree(before), names[i]) : 0;
        AUTO_FREE char *text = memory_format("%lld", (long long)failures);
        if (i == 0 || failures > 0)
            json_set_text(annotations, names[i], text);
    }
}

static void set_index(cJSON *pod, const struct job_state *state, int32_t index)
{
    cJSON *metadata = json_object_at(pod, "metadata");
    cJSON *spec = json_object_at(pod, "spec");
    AUTO_FREE char *number = memory_format("%d", index);
    AUTO_FREE char *host = memory_format("%s-%d", object_name(state->job), index);
    int room = NAME_PREFIX_MAXIMUM - (int)strlen(number) - 2;
    AUTO_FREE char *prefix = memory_format("%.*s-%d-", room, object_name(state->job), index);
    json_set_text(metadata, "generateName", prefix);
    json_set_text(json_object_at(metadata, "labels"), JOB_INDEX_NAME, number);
    json_set_text(json_object_at(metadata, "annotations"), JOB_INDEX_NAME, number);
    if (state->fails_by_index)
        add_failure_count(json_object_at(metadata, "annotations"), state, job_pod_waiting_for_replacement(state, index));
    json_set_text(spec, "hostname", host);
    add_index_variable(json_get(spec, "initContainers"));
    add_index_variable(json_get(spec, "containers"));
}

/* index: -1 for a job without indexes. */
static cJSON *make_pod(const struct job_state *state, int32_t index)
{
    cJSON *pod = make_pod_of_template(state->job, json_get(state->spec, "template"));
    if (!has_finalizer(pod, JOB_FINALIZER))
        cJSON_AddItemToArray(json_array_at(json_object_at(pod, "metadata"), "finalizers"), cJSON_CreateString(JOB_FINALIZER));
    if (index >= 0)
        set_index(pod, state, index);
    return pod;
}

static int create_pod(struct job_state *state, int32_t index, struct status *status)
{
    AUTO_OBJECT struct object *pod = NULL;
    if (registry_create(state->runtime->registry, RESOURCE_PODS, object_namespace(state->job), make_pod(state, index), &pod,
                        status) != 0) {
        record_event(state->runtime->registry, state->job, NULL, "Warning", "FailedCreate", JOB_COMPONENT, NULL,
                     "Error creating: %s", status_message(status));
        return -1;
    }
    record_event(state->runtime->registry, state->job, NULL, "Normal", "SuccessfulCreate", JOB_COMPONENT, NULL, "Created pod: %s",
                 object_name(pod));
    state->active++;
    return 0;
}

/* Indexes that have a pod which counts as working on them. */
static void taken_indexes(const struct job_state *state, struct index_set *taken)
{
    for (size_t i = 0; i < state->pods.count; i++) {
        const cJSON *pod = object_tree(state->pods.objects[i]);
        int64_t index = job_pod_index(pod);
        bool ending = state->replaces_ended_alone && !pod_is_terminal(pod);
        if (index >= 0 && (pod_is_active(pod) || ending))
            index_set_add(taken, (int32_t)index);
    }
}

static int64_t index_delay(const struct job_state *state, int32_t index)
{
    const struct object *before = job_pod_waiting_for_replacement(state, index);
    const struct cluster_periods *periods = &state->runtime->periods;
    if (before == NULL)
        return 0;
    const cJSON *pod = object_tree(before);
    int64_t failures =
        job_pod_failures(state, pod, JOB_FAILURE_COUNT_NAME) + job_pod_failures(state, pod, JOB_IGNORED_COUNT_NAME);
    return job_back_off_remaining(failures, job_pod_finish_time(pod, state->runtime->wall), periods->job_back_off_base,
                                  periods->job_back_off_maximum, state->runtime->wall);
}

/* The lowest indexes that have neither a pod nor an outcome. */
static int create_indexed(struct job_state *state, int64_t count, struct status *status)
{
    AUTO_INDEX_SET struct index_set taken = {0};
    int64_t delay = INT64_MAX;
    taken_indexes(state, &taken);
    for (int32_t index = 0; index < state->completions && count > 0; index++) {
        if (index_set_contains(&taken, index) || index_set_contains(&state->succeeded_indexes, index) ||
            index_set_contains(&state->failed_indexes, index))
            continue;
        int64_t left = state->fails_by_index ? index_delay(state, index) : 0;
        count--;
        delay = left > 0 && left < delay ? left : delay;
        if (left == 0 && create_pod(state, index, status) != 0)
            return -1;
    }
    if (delay != INT64_MAX)
        controller_enqueue_after(state->controller, state->key, delay);
    return 0;
}

static int create_missing(struct job_state *state, int64_t count, struct status *status)
{
    const struct cluster_periods *periods = &state->runtime->periods;
    int64_t delay = state->fails_by_index
                        ? 0
                        : job_back_off_remaining(state->back_off.failures, state->back_off.last, periods->job_back_off_base,
                                                 periods->job_back_off_maximum, state->runtime->wall);
    if (delay > 0) {
        controller_enqueue_after(state->controller, state->key, delay);
        return 0;
    }
    count = count < BURST ? count : BURST;
    if (state->indexed)
        return create_indexed(state, count, status);
    for (int64_t i = 0; i < count; i++) {
        if (create_pod(state, -1, status) != 0)
            return -1;
    }
    return 0;
}

static int64_t wanted_pods(const struct job_state *state)
{
    int64_t parallelism = json_integer(json_get(state->spec, "parallelism"), 1);
    if (json_boolean(json_get(state->spec, "suspend"), false))
        return 0;
    /* A work queue: after the first success nobody new starts. */
    if (json_get(state->spec, "completions") == NULL)
        return state->succeeded > 0 ? state->active : parallelism;
    int64_t left = state->completions - state->succeeded;
    left = left > 0 ? left : 0;
    return left < parallelism ? left : parallelism;
}

static bool any_out_of_place(const struct job_state *state)
{
    for (size_t i = 0; i < state->pods.count; i++) {
        if (pod_is_active(object_tree(state->pods.objects[i])) && is_out_of_place(state, i))
            return true;
    }
    return false;
}

int job_manage_pods(struct job_state *state, struct status *status)
{
    int64_t wanted = wanted_pods(state);
    if (state->active > wanted || any_out_of_place(state))
        return delete_surplus(state, state->active - wanted, status);
    int64_t missing = wanted - state->active - (state->replaces_ended_alone ? state->terminating : 0);
    return missing > 0 ? create_missing(state, missing, status) : 0;
}

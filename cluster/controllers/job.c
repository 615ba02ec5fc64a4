#include "cluster/controllers/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/selector.h"
#include "cluster/controllers/adoption.h"
#include "cluster/controllers/conditions.h"
#include "cluster/controllers/job_conditions.h"
#include "cluster/controllers/job_policy.h"
#include "cluster/controllers/job_state.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "cluster/controllers/table.h"
#include "common/clock.h"

/* In front of the keys of pods that no job waits for. */
#define ORPHAN_MARK '!'

static void enqueue_orphan(struct controller *controller, const struct object *pod)
{
    char name[CONTROLLER_KEY_SIZE];
    char key[CONTROLLER_KEY_SIZE + 1];
    (void)snprintf(key, sizeof key, "%c%s", ORPHAN_MARK, key_of(pod, name));
    queue_add(controller->queue, key, controller->runtime->now);
}

static void enqueue_matching(struct controller *controller, const struct object *pod)
{
    struct view_list jobs = view_all(controller->runtime->view, RESOURCE_JOBS, object_namespace(pod));
    for (size_t i = 0; i < jobs.count; i++) {
        AUTO_SELECTOR struct selector *selector =
            selector_from_label_selector(json_get(object_tree(jobs.objects[i]), "spec", "selector"));
        if (selector_matches(selector, object_tree(pod)))
            controller_enqueue(controller, jobs.objects[i]);
    }
}

/* The job that controls the pod, when it is still to do something; else the pod itself when a job has marked it. */
static void enqueue_owner(struct controller *controller, const struct object *pod)
{
    const struct object *job = controller_of(controller->runtime->view, pod, RESOURCE_JOBS);
    if (job != NULL)
        controller_enqueue(controller, job);
    if (has_finalizer(object_tree(pod), JOB_FINALIZER) && (job == NULL || job_outcome(object_tree(job)) != NULL))
        enqueue_orphan(controller, pod);
}

static void enqueue_pods_of(struct controller *controller, const struct object *job)
{
    struct view_list dependents = view_dependents(controller->runtime->view, object_uid(job));
    for (size_t i = 0; i < dependents.count; i++) {
        if (object_resource(dependents.objects[i]) == RESOURCE_PODS)
            enqueue_orphan(controller, dependents.objects[i]);
    }
}

static void observe(struct controller *controller, const struct watch_event *event)
{
    if (object_resource(event->object) == RESOURCE_JOBS) {
        controller_enqueue(controller, event->object);
        if (event->type == WATCH_DELETED) {
            enqueue_pods_of(controller, event->object);
            free(table_remove(controller->state, object_uid(event->object)));
        }
    } else if (object_resource(event->object) == RESOURCE_PODS) {
        enqueue_owner(controller, event->object);
        if (event->previous != NULL)
            enqueue_owner(controller, event->previous);
        if (controller_reference(object_tree(event->object)) == NULL && event->type != WATCH_DELETED)
            enqueue_matching(controller, event->object);
    }
}

static int sync_orphan(struct controller *controller, const char *key, struct status *status)
{
    const struct object *pod = controller_object(controller, RESOURCE_PODS, key);
    if (pod == NULL || !has_finalizer(object_tree(pod), JOB_FINALIZER))
        return 0;
    const struct object *job = controller_of(controller->runtime->view, pod, RESOURCE_JOBS);
    if (job != NULL && job_outcome(object_tree(job)) == NULL)
        return 0;
    return job_release_pod(controller->runtime, pod, status);
}

static cJSON *condition_now(const struct job_state *state, const char *type, const char *reason, const char *message)
{
    return job_condition_make(type, "True", reason, message, state->runtime->wall);
}

static bool is_suspended(const struct job_state *state)
{
    return json_boolean(json_get(state->spec, "suspend"), false);
}

/* Containers that are restarted in place count as failed pods. */
static bool restarts_exceed_limit(const struct job_state *state, int64_t limit)
{
    static const char *const lists[] = {"initContainerStatuses", "containerStatuses"};
    int64_t restarts = 0;
    if (strcmp(json_text(json_get(state->spec, "template", "spec", "restartPolicy"), ""), "OnFailure") != 0)
        return false;
    for (size_t i = 0; i < 2 * state->pods.count; i++) {
        const cJSON *pod = object_tree(state->pods.objects[i / 2]);
        const cJSON *container = NULL;
        if (pod_is_terminal(pod))
            continue;
        cJSON_ArrayForEach (container, json_get(pod, "status", lists[i % 2]))
            restarts += json_integer(json_get(container, "restartCount"), 0);
    }
    return limit == 0 ? restarts > 0 : restarts >= limit;
}

static bool deadline_is_past(const struct job_state *state)
{
    int64_t started = condition_time(state->status, "startTime");
    const cJSON *seconds = json_get(state->spec, "activeDeadlineSeconds");
    if (seconds == NULL || started == 0 || is_suspended(state))
        return false;
    int64_t limit = json_integer(seconds, 0);
    limit = limit < INT32_MAX ? limit : INT32_MAX;
    int64_t left = started + limit * NANOSECONDS_PER_SECOND - state->runtime->wall;
    if (left > 0)
        controller_enqueue_after(state->controller, state->key, left);
    return left <= 0;
}

static cJSON *judge_failure_policy(const struct job_state *state)
{
    const cJSON *policy = json_get(state->spec, "podFailurePolicy");
    for (size_t i = 0; policy != NULL && i < state->pods.count; i++) {
        const cJSON *pod = object_tree(state->pods.objects[i]);
        AUTO_FREE char *message = NULL;
        if (job_pod_has_failed(state, pod) && job_judge_failed_pod(policy, pod, &message) == JOB_POD_FAILS_JOB)
            return condition_now(state, "FailureTarget", "PodFailurePolicy", message);
    }
    return NULL;
}

static cJSON *judge_indexes(const struct job_state *state)
{
    int64_t failed = index_set_size(&state->failed_indexes, state->completions);
    if (state->fails_by_index && failed > json_integer(json_get(state->spec, "maxFailedIndexes"), INT64_MAX))
        return condition_now(state, "FailureTarget", "MaxFailedIndexesExceeded",
                             "Job has exceeded the specified maximal number of failed indexes");
    if (failed > 0 && failed + state->succeeded >= state->completions)
        return condition_now(state, "FailureTarget", "FailedIndexes", "Job has failed indexes");
    int rule = job_met_success_rule(json_get(state->spec, "successPolicy"), &state->succeeded_indexes, state->completions);
    if (rule < 0)
        return NULL;
    AUTO_FREE char *message = memory_format("Matched rules at index %d", rule);
    return condition_now(state, "SuccessCriteriaMet", "SuccessPolicy", message);
}

/* The condition that ends the job, when there is a reason other than that all is done. */
static cJSON *judge(const struct job_state *state)
{
    static const char *const decided[] = {"SuccessCriteriaMet", "FailureTarget"};
    int64_t limit = json_integer(json_get(state->spec, "backoffLimit"), 6);
    for (size_t i = 0; i < 2; i++) {
        if (job_has(state->status, decided[i]))
            return json_copy(condition_find(state->status, decided[i]));
    }
    cJSON *condition = judge_failure_policy(state);
    if (condition != NULL)
        return condition;
    if (state->failed > limit || restarts_exceed_limit(state, limit))
        return condition_now(state, "FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    if (deadline_is_past(state))
        return condition_now(state, "FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline");
    return state->indexed ? judge_indexes(state) : NULL;
}

static void set_start_time(struct job_state *state)
{
    char time[CLOCK_TEXT_SIZE];
    json_set_text(state->status, "startTime", clock_format_seconds(state->runtime->wall, time));
}

static void note_suspension(struct job_state *state)
{
    bool suspended = is_suspended(state);
    const char *event = suspended ? "Suspended" : "Resumed";
    const char *message = suspended ? "Job suspended" : "Job resumed";
    cJSON *condition = job_condition_make("Suspended", suspended ? "True" : "False", suspended ? "JobSuspended" : "JobResumed",
                                          message, state->runtime->wall);
    if (!job_condition_put(state->status, condition))
        return;
    record_event(state->runtime->registry, state->job, NULL, "Normal", event, JOB_COMPONENT, NULL, "%s", message);
    if (!suspended)
        set_start_time(state);
}

static bool is_complete(const struct job_state *state)
{
    if (json_get(state->spec, "completions") == NULL)
        return state->succeeded > 0 && state->active == 0;
    return state->succeeded >= state->completions && state->active == 0;
}

static int work(struct job_state *state, struct status *status)
{
    state->finished = judge(state);
    if (state->finished != NULL)
        return job_end_pods(state, status);
    bool leaving = is_being_deleted(object_tree(state->job));
    int outcome = leaving ? 0 : job_manage_pods(state, status);
    if (outcome == 0 && is_complete(state))
        state->finished =
            condition_now(state, "SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods");
    else if (!leaving)
        note_suspension(state);
    return outcome;
}

static void set_counts(struct job_state *state)
{
    if (state->active > 0)
        json_set_integer(state->status, "active", state->active);
    else
        json_remove(state->status, "active");
    json_set_integer(state->status, "ready", state->ready);
    json_set_integer(state->status, "terminating", state->terminating);
}

/* The last word on a job of which nothing is left to wait for. */
static int finish(struct job_state *state, struct status *status)
{
    const char *reason = json_text(json_get(state->finished, "reason"), "");
    const char *message = json_text(json_get(state->finished, "message"), "");
    bool success = strcmp(json_text(json_get(state->finished, "type"), ""), "SuccessCriteriaMet") == 0;
    char time[CLOCK_TEXT_SIZE];
    (void)job_condition_put(state->status, condition_now(state, success ? "Complete" : "Failed", reason, message));
    if (success)
        json_set_text(state->status, "completionTime", clock_format_seconds(state->runtime->wall, time));
    if (job_state_write(state, status) != 0)
        return -1;
    if (success && json_get(state->spec, "completions") != NULL &&
        json_integer(json_get(state->status, "succeeded"), 0) > state->completions)
        record_event(state->runtime->registry, state->job, NULL, "Warning", "TooManySucceededPods", JOB_COMPONENT, NULL,
                     "Too many succeeded pods running after completion count reached");
    record_event(state->runtime->registry, state->job, NULL, success ? "Normal" : "Warning", success ? "Completed" : reason,
                 JOB_COMPONENT, NULL, "%s", success ? "Job completed" : message);
    return 0;
}

/* Takes in the pods that ended one way since the last sync, but not those that failed before the last success. Returns when
 * the last of them ended. */
static int64_t count_ended(struct job_state *state, bool succeeded, int64_t last_success)
{
    int64_t latest = 0;
    for (size_t i = 0; i < state->pods.count; i++) {
        const struct object *pod = state->pods.objects[i];
        const cJSON *tree = object_tree(pod);
        bool ended = succeeded ? strcmp(phase_of_pod(tree), "Succeeded") == 0 : job_pod_has_failed(state, tree);
        int64_t finished = job_pod_finish_time(tree, state->runtime->wall);
        if (!ended || finished <= last_success || !job_pod_is_new(state, pod, succeeded ? "succeeded" : "failed"))
            continue;
        job_back_off_count(&state->back_off, succeeded, finished);
        latest = finished > latest ? finished : latest;
    }
    return latest;
}

static void count_back_off(struct job_state *state)
{
    int64_t last_success = count_ended(state, true, 0);
    (void)count_ended(state, false, last_success);
}

/* kept: lasts from sync to sync. */
static int bring_about(struct job_state *state, struct job_back_off *kept, struct status *status)
{
    bool over = false;
    AUTO_STATUS struct status failure = {0};
    if (job_state_open(state, status) != 0)
        return -1;
    if (!state->fails_by_index)
        count_back_off(state);
    if (json_get(state->status, "startTime") == NULL && !is_suspended(state))
        set_start_time(state);
    int outcome = work(state, status);
    set_counts(state);
    if (job_track(state, &over, outcome == 0 ? status : &failure) != 0)
        return -1;
    *kept = state->back_off;
    if (outcome == 0 && over && state->finished != NULL && state->terminating == 0)
        return finish(state, status);
    return job_state_write(state, outcome == 0 ? status : &failure) != 0 ? -1 : outcome;
}

static struct job_back_off *back_off_of(struct controller *controller, const char *uid)
{
    struct job_back_off *back_off = table_find(controller->state, uid);
    if (back_off == NULL) {
        back_off = memory_allocate(1, sizeof *back_off);
        table_set(controller->state, uid, back_off);
    }
    return back_off;
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    if (key[0] == ORPHAN_MARK)
        return sync_orphan(controller, key + 1, status);
    struct object *job = controller_object(controller, RESOURCE_JOBS, key);
    if (job == NULL)
        return 0;
    const char *manager = json_text(json_get(object_tree(job), "spec", "managedBy"), JOB_MANAGER);
    if (job_outcome(object_tree(job)) != NULL || strcmp(manager, JOB_MANAGER) != 0) {
        free(table_remove(controller->state, object_uid(job)));
        return 0;
    }
    struct job_back_off *kept = back_off_of(controller, object_uid(job));
    struct job_state state = {
        .controller = controller, .runtime = controller->runtime, .key = key, .job = object_reference(job), .back_off = *kept};
    int outcome = bring_about(&state, kept, status);
    job_state_release(&state);
    return outcome;
}

static void *create(void)
{
    return table_create();
}

static void free_entry(const char *key, void *value, void *context)
{
    (void)key;
    (void)context;
    free(value);
}

static void destroy(void *state)
{
    table_visit(state, free_entry, NULL);
    table_destroy(state);
}

const struct controller_functions job_functions = {
    .name = "job", .create = create, .destroy = destroy, .observe = observe, .sync = sync};

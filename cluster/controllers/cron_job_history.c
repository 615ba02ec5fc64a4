#include "cluster/controllers/cron_job_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/job_conditions.h"
#include "cluster/controllers/ownership.h"

static cJSON *find_active(const cJSON *cron_job_status, const char *uid)
{
    cJSON *reference = NULL;
    cJSON_ArrayForEach (reference, json_get(cron_job_status, "active")) {
        if (strcmp(json_text(json_get(reference, "uid"), ""), uid) == 0)
            return reference;
    }
    return NULL;
}

static void remove_active(cJSON *cron_job_status, cJSON *reference)
{
    cJSON *active = json_get(cron_job_status, "active");
    cJSON_Delete(cJSON_DetachItemViaPointer(active, reference));
    if (cJSON_GetArraySize(active) == 0)
        json_remove(cron_job_status, "active");
}

void cron_job_add_active(cJSON *cron_job_status, const struct object *job)
{
    char version[24];
    if (find_active(cron_job_status, object_uid(job)) != NULL)
        return;
    (void)snprintf(version, sizeof version, "%llu", (unsigned long long)object_version(job));
    cJSON *reference = cJSON_CreateObject();
    json_set_text(reference, "kind", "Job");
    json_set_text(reference, "namespace", object_namespace(job));
    json_set_text(reference, "name", object_name(job));
    json_set_text(reference, "uid", object_uid(job));
    json_set_text(reference, "apiVersion", "batch/v1");
    json_set_text(reference, "resourceVersion", version);
    cJSON_AddItemToArray(json_array_at(cron_job_status, "active"), reference);
}

static int delete_job(struct runtime *runtime, const struct object *cron_job, const char *name, const char *uid,
                      struct status *status)
{
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    options.uid = uid;
    int outcome =
        registry_delete(runtime->registry, RESOURCE_JOBS, object_namespace(cron_job), name, &options, NULL, NULL, status);
    if (outcome != 0 && status->code == 404)
        return 0;
    if (outcome == 0)
        record_event(runtime->registry, cron_job, NULL, "Normal", "SuccessfulDelete", CRON_JOB_COMPONENT, NULL, "Deleted job %s",
                     name);
    else
        record_event(runtime->registry, cron_job, NULL, "Warning", "FailedDelete", CRON_JOB_COMPONENT, NULL, "Deleted job: %s",
                     status_message(status));
    return outcome;
}

int cron_job_delete_active(struct runtime *runtime, const struct object *cron_job, cJSON *cron_job_status, struct status *status)
{
    cJSON *reference = NULL;
    while ((reference = cJSON_GetArrayItem(json_get(cron_job_status, "active"), 0)) != NULL) {
        if (delete_job(runtime, cron_job, json_text(json_get(reference, "name"), ""), json_text(json_get(reference, "uid"), ""),
                       status) != 0)
            return -1;
        remove_active(cron_job_status, reference);
    }
    return 0;
}

/* Times of the same form are in the order of their texts. */
static void note_success(cJSON *cron_job_status, const cJSON *job)
{
    const char *completed = json_text(json_get(job, "status", "completionTime"), "");
    const char *last = json_text(json_get(cron_job_status, "lastSuccessfulTime"), "");
    if (strcmp(completed, last) > 0)
        json_set_text(cron_job_status, "lastSuccessfulTime", completed);
}

static void look_at_job(struct runtime *runtime, const struct object *cron_job, const struct object *job, cJSON *cron_job_status)
{
    const char *outcome = job_outcome(object_tree(job));
    cJSON *reference = find_active(cron_job_status, object_uid(job));
    if (reference == NULL && outcome == NULL) {
        record_event(runtime->registry, cron_job, NULL, "Warning", "UnexpectedJob", CRON_JOB_COMPONENT, NULL,
                     "Saw a job that the controller did not create or forgot: %s", object_name(job));
        return;
    }
    if (reference != NULL && outcome != NULL) {
        remove_active(cron_job_status, reference);
        record_event(runtime->registry, cron_job, NULL, "Normal", "SawCompletedJob", CRON_JOB_COMPONENT, NULL,
                     "Saw completed job: %s, condition: %s", object_name(job), outcome);
    }
    if (outcome != NULL && strcmp(outcome, "Complete") == 0)
        note_success(cron_job_status, object_tree(job));
}

/* Jobs of active that are gone. */
static void drop_missing(struct runtime *runtime, const struct object *cron_job, cJSON *cron_job_status)
{
    const cJSON *active = json_get(cron_job_status, "active");
    for (int i = cJSON_GetArraySize(active) - 1; i >= 0; i--) {
        cJSON *reference = cJSON_GetArrayItem(active, i);
        if (view_by_uid(runtime->view, json_text(json_get(reference, "uid"), "")) != NULL)
            continue;
        record_event(runtime->registry, cron_job, NULL, "Normal", "MissingJob", CRON_JOB_COMPONENT, NULL,
                     "Active job went missing: %s", json_text(json_get(reference, "name"), ""));
        remove_active(cron_job_status, reference);
        active = json_get(cron_job_status, "active");
    }
}

static int compare_starts(const void *left, const void *right)
{
    const struct object *const *first = left, *const *second = right;
    int order = strcmp(json_text(json_get(object_tree(*first), "status", "startTime"), ""),
                       json_text(json_get(object_tree(*second), "status", "startTime"), ""));
    return order != 0 ? order : strcmp(object_name(*first), object_name(*second));
}

/* Deletes the oldest of the jobs that ended this way, but for the limit. */
static int clean_up(struct runtime *runtime, const struct object *cron_job, const char *outcome, const char *limit_name,
                    struct status *status)
{
    const cJSON *limit = json_get(object_tree(cron_job), "spec", limit_name);
    struct view_list dependents = view_dependents(runtime->view, object_uid(cron_job));
    AUTO_FREE const struct object **ended = memory_allocate(dependents.count + 1, sizeof *ended);
    size_t count = 0;
    for (size_t i = 0; i < dependents.count; i++) {
        const struct object *job = dependents.objects[i];
        const char *own = object_resource(job) == RESOURCE_JOBS ? job_outcome(object_tree(job)) : NULL;
        if (own != NULL && strcmp(own, outcome) == 0 && is_controlled_by(object_tree(job), cron_job) &&
            !is_being_deleted(object_tree(job)))
            ended[count++] = job;
    }
    size_t kept = (size_t)json_integer(limit, INT32_MAX);
    if (limit == NULL || count <= kept)
        return 0;
    qsort(ended, count, sizeof *ended, compare_starts);
    for (size_t i = 0; i < count - kept; i++) {
        if (delete_job(runtime, cron_job, object_name(ended[i]), object_uid(ended[i]), status) != 0)
            return -1;
    }
    return 0;
}

int cron_job_look_at_jobs(struct runtime *runtime, const struct object *cron_job, cJSON *cron_job_status, struct status *status)
{
    struct view_list dependents = view_dependents(runtime->view, object_uid(cron_job));
    for (size_t i = 0; i < dependents.count; i++) {
        const struct object *job = dependents.objects[i];
        if (object_resource(job) == RESOURCE_JOBS && is_controlled_by(object_tree(job), cron_job))
            look_at_job(runtime, cron_job, job, cron_job_status);
    }
    drop_missing(runtime, cron_job, cron_job_status);
    if (clean_up(runtime, cron_job, "Complete", "successfulJobsHistoryLimit", status) != 0)
        return -1;
    return clean_up(runtime, cron_job, "Failed", "failedJobsHistoryLimit", status);
}

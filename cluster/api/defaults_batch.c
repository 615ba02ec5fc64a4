#include <string.h>

#include "cluster/api/defaults.h"
#include "cluster/api/kind.h"

#define CONTROLLER_UID_LABEL "batch.kubernetes.io/controller-uid"

/* For texts that are pointers in Go: "" is a value, and a wrong one. */
static void default_absent_text(cJSON *object, const char *key, const char *value)
{
    if (json_get(object, key) == NULL)
        json_set_text(object, key, value);
}

static void default_boolean(cJSON *object, const char *key, bool value)
{
    if (json_get(object, key) == NULL)
        json_set_boolean(object, key, value);
}

/* What is completed within a CronJob's jobTemplate too: the rest waits for the Job that is made of it. */
static void default_template(cJSON *spec)
{
    cJSON *rule = NULL;
    cJSON_ArrayForEach (rule, json_get(spec, "podFailurePolicy", "rules")) {
        cJSON *pattern = NULL;
        cJSON_ArrayForEach (pattern, json_get(rule, "onPodConditions")) {
            if (json_text(json_get(pattern, "status"), "")[0] == '\0')
                json_set_text(pattern, "status", "True");
        }
    }
    pod_spec_set_defaults(json_object_at(json_object_at(spec, "template"), "spec"));
}

/* A Job without labels gets its template's, once these tell whose pods they are. */
static void default_labels(cJSON *job)
{
    cJSON *spec = json_object_at(job, "spec");
    const cJSON *labels = json_get(spec, "template", "metadata", "labels");
    bool complete = json_boolean(json_get(spec, "manualSelector"), false) || json_get(labels, CONTROLLER_UID_LABEL) != NULL;
    if (complete && cJSON_GetArraySize(labels) > 0 && cJSON_GetArraySize(json_get(job, "metadata", "labels")) == 0)
        json_set(json_object_at(job, "metadata"), "labels", json_copy(labels));
}

void job_set_defaults(cJSON *job)
{
    cJSON *spec = json_object_at(job, "spec");
    if (json_get(spec, "parallelism") == NULL && json_get(spec, "completions") == NULL)
        json_set_integer(spec, "completions", 1);
    default_integer(spec, "parallelism", 1);
    default_integer(spec, "backoffLimit", json_get(spec, "backoffLimitPerIndex") != NULL ? INT32_MAX : 6);
    default_boolean(spec, "manualSelector", false);
    default_absent_text(spec, "completionMode", "NonIndexed");
    default_boolean(spec, "suspend", false);
    default_absent_text(spec, "podReplacementPolicy",
                        json_get(spec, "podFailurePolicy") != NULL ? "Failed" : "TerminatingOrFailed");
    default_template(spec);
    default_labels(job);
}

void job_prepare_create(cJSON *job)
{
    reset_status(job);
    cJSON *spec = json_object_at(job, "spec");
    if (json_boolean(json_get(spec, "manualSelector"), false))
        return;
    const char *uid = json_text(json_get(job, "metadata", "uid"), "");
    const char *name = json_text(json_get(job, "metadata", "name"), "");
    const char *const generated[][2] = {
        {CONTROLLER_UID_LABEL, uid}, {"batch.kubernetes.io/job-name", name}, {"controller-uid", uid}, {"job-name", name}};
    cJSON *labels = json_object_at(json_object_at(json_object_at(spec, "template"), "metadata"), "labels");
    for (size_t i = 0; i < sizeof generated / sizeof generated[0]; i++)
        default_absent_text(labels, generated[i][0], generated[i][1]);
    default_absent_text(json_object_at(json_object_at(spec, "selector"), "matchLabels"), CONTROLLER_UID_LABEL, uid);
}

void cron_job_set_defaults(cJSON *cron_job)
{
    cJSON *spec = json_object_at(cron_job, "spec");
    default_absent_text(spec, "concurrencyPolicy", "Allow");
    default_boolean(spec, "suspend", false);
    default_integer(spec, "successfulJobsHistoryLimit", 3);
    default_integer(spec, "failedJobsHistoryLimit", 1);
    default_template(json_object_at(json_object_at(spec, "jobTemplate"), "spec"));
}

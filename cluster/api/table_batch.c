#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cluster/api/table_cell.h"
#include "common/clock.h"

static const struct table_column job_columns[] = {
    COLUMN_NAME,
    {"Status", "string", "", "What the job's conditions come to.", 0},
    {"Completions", "string", "", "Pods that succeeded, of those wanted.", 0},
    {"Duration", "string", "", "From the start to the end, or to now.", 0},
    COLUMN_AGE,
    {"Containers", "string", "", "Names of the template's containers.", 1},
    {"Images", "string", "", "Images of the template's containers.", 1},
    {"Selector", "string", "", "Labels of the pods that belong here.", 1},
};

static bool has_condition(const cJSON *job, const char *type)
{
    const cJSON *condition = NULL;
    cJSON_ArrayForEach (condition, json_get(job, "status", "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), type) == 0)
            return strcmp(json_text(json_get(condition, "status"), ""), "True") == 0;
    }
    return false;
}

static const char *job_state(const cJSON *job)
{
    static const char *const conditions[][2] = {
        {"Complete", "Complete"},
        {"Failed", "Failed"},
        {"Suspended", "Suspended"},
        {"FailureTarget", "FailureTarget"},
        {"SuccessCriteriaMet", "SuccessCriteriaMet"},
    };
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        if (i == 2 && json_get(job, "metadata", "deletionTimestamp") != NULL)
            return "Terminating";
        if (has_condition(job, conditions[i][0]))
            return conditions[i][1];
    }
    return "Running";
}

static void cell_completions(cJSON *cells, const cJSON *job)
{
    char text[64];
    int64_t succeeded = json_integer(json_get(job, "status", "succeeded"), 0);
    int64_t parallelism = json_integer(json_get(job, "spec", "parallelism"), 0);
    const cJSON *completions = json_get(job, "spec", "completions");
    if (completions != NULL)
        snprintf(text, sizeof text, "%" PRId64 "/%" PRId64, succeeded, json_integer(completions, 0));
    else if (parallelism > 1)
        snprintf(text, sizeof text, "%" PRId64 "/1 of %" PRId64, succeeded, parallelism);
    else
        snprintf(text, sizeof text, "%" PRId64 "/1", succeeded);
    cell_text(cells, text);
}

static void cell_duration(cJSON *cells, const cJSON *job, int64_t now)
{
    char text[HUMAN_DURATION_SIZE] = "";
    int64_t start = 0;
    int64_t end = now;
    const char *completed = json_text(json_get(job, "status", "completionTime"), NULL);
    if (clock_parse(json_text(json_get(job, "status", "startTime"), ""), &start, NULL) == 0 &&
        (completed == NULL || clock_parse(completed, &end, NULL) == 0))
        (void)human_duration(end - start, text);
    cell_text(cells, text);
}

static void add_job_cells(const cJSON *job, int64_t now, cJSON *cells)
{
    cell_name(cells, job);
    cell_text(cells, job_state(job));
    cell_completions(cells, job);
    cell_duration(cells, job, now);
    cell_age(cells, job, now);
    cell_containers(cells, json_get(job, "spec", "template", "spec", "containers"));
    cell_label_selector(cells, json_get(job, "spec", "selector"));
}

const struct table_format table_of_jobs = {job_columns, sizeof job_columns / sizeof job_columns[0], add_job_cells};

static const struct table_column cron_job_columns[] = {
    COLUMN_NAME,
    {"Schedule", "string", "", "When jobs are started, in cron's form.", 0},
    {"Timezone", "string", "", "The time zone that the schedule is meant in.", 0},
    {"Suspend", "boolean", "", "Whether no further jobs are started.", 0},
    {"Active", "integer", "", "Jobs that run now.", 0},
    {"Last Schedule", "string", "", "How long ago a job was started.", 0},
    COLUMN_AGE,
    {"Containers", "string", "", "Names of the template's containers.", 1},
    {"Images", "string", "", "Images of the template's containers.", 1},
    {"Selector", "string", "", "Labels of the pods that belong here.", 1},
};

static void add_cron_job_cells(const cJSON *cron_job, int64_t now, cJSON *cells)
{
    char age[HUMAN_DURATION_SIZE];
    const cJSON *spec = json_get(cron_job, "spec");
    const char *last = json_text(json_get(cron_job, "status", "lastScheduleTime"), NULL);
    cell_name(cells, cron_job);
    cell_text(cells, json_text(json_get(spec, "schedule"), ""));
    cell_text_or_none(cells, json_text(json_get(spec, "timeZone"), NULL));
    cell_text(cells, json_boolean(json_get(spec, "suspend"), false) ? "True" : "False");
    cell_integer(cells, cJSON_GetArraySize(json_get(cron_job, "status", "active")));
    cell_text_or_none(cells, last != NULL ? human_age(last, now, age) : NULL);
    cell_age(cells, cron_job, now);
    cell_containers(cells, json_get(spec, "jobTemplate", "spec", "template", "spec", "containers"));
    cell_label_selector(cells, json_get(spec, "jobTemplate", "spec", "selector"));
}

const struct table_format table_of_cron_jobs = {cron_job_columns, sizeof cron_job_columns / sizeof cron_job_columns[0],
                                                add_cron_job_cells};

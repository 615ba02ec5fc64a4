#include <string.h>
#include <strings.h>

#include "cluster/api/kind.h"
#include "common/cron_schedule.h"
#include "common/time_zone.h"

/* A Job's name is the CronJob's with 11 more characters. */
#define NAME_MAXIMUM 52

/* Of each part between slashes. */
#define ZONE_PART_MAXIMUM 14

static void check_schedule(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    static const char zone_within[] = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
    struct cron_schedule schedule;
    struct error error = ERROR_NONE;
    const char *text = json_text(json_get(spec, "schedule"), "");
    const struct field_path *here = PATH_CHILD(path, "schedule");
    if (text[0] == '\0') {
        problem_required(problems, here, "");
        return;
    }
    if (cron_schedule_parse(text, &schedule, &error) < 0)
        problem_invalid_text(problems, here, text, "%s", error.text);
    if (strstr(text, "TZ") != NULL && strcmp(error.text, zone_within) != 0)
        problem_invalid_text(problems, here, text, "%s", zone_within);
}

/* A name as the tz database has them (https://data.iana.org/time-zones/theory.html#naming). */
static bool is_zone_name(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-_0123456789+";
    for (const char *part = name;; part = strchr(part, '/') + 1) {
        size_t length = strcspn(part, "/");
        bool dots = strspn(part, ".") == length && length <= 2;
        if (length == 0 || length > ZONE_PART_MAXIMUM || dots || part[0] == '-' || strspn(part, allowed) != length)
            return false;
        if (part[length] == '\0')
            return true;
    }
}

static void check_time_zone(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    struct error error = ERROR_NONE;
    const char *name = json_text(json_get(spec, "timeZone"), NULL);
    const struct field_path *here = PATH_CHILD(path, "timeZone");
    if (name == NULL)
        return;
    if (name[0] == '\0') {
        problem_invalid_text(problems, here, name, "timeZone must be nil or non-empty string");
        return;
    }
    if (!is_zone_name(name)) {
        problem_invalid_text(problems, here, name, "unknown time zone %s", name);
        return;
    }
    if (strcasecmp(name, "Local") == 0)
        problem_invalid_text(problems, here, name,
                             "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
    AUTO_TIME_ZONE struct time_zone *zone = time_zone_load(name, &error);
    if (zone == NULL && strcmp(name, "Local") != 0)
        problem_invalid_text(problems, here, name, "%s", error.text);
}

static void check_job_template(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    static const char *const manual[] = {"nil", "false", NULL};
    const cJSON *selector = json_get(spec, "selector");
    validate_job_spec(spec, path, problems);
    if (selector != NULL)
        problem_invalid(problems, PATH_CHILD(path, "selector"), selector, "`selector` will be auto-generated");
    if (json_boolean(json_get(spec, "manualSelector"), false))
        problem_not_supported(problems, PATH_CHILD(path, "manualSelector"), "true", manual);
}

static void check_not_negative(const cJSON *spec, const char *member, const struct field_path *path, struct problems *problems)
{
    const cJSON *value = json_get(spec, member);
    if (value != NULL && json_integer(value, 0) < 0)
        problem_invalid(problems, PATH_CHILD(path, member), value, "must be greater than or equal to 0");
}

void cron_job_validate(const cJSON *cron_job, struct problems *problems)
{
    static const char *const policies[] = {"Allow", "Forbid", "Replace", NULL};
    const cJSON *spec = json_get(cron_job, "spec");
    const struct field_path *path = PATH_ROOT("spec");
    const char *policy = json_text(json_get(spec, "concurrencyPolicy"), "");
    const char *name = json_text(json_get(cron_job, "metadata", "name"), "");
    check_schedule(spec, path, problems);
    check_not_negative(spec, "startingDeadlineSeconds", path, problems);
    check_time_zone(spec, path, problems);
    if (strcmp(policy, "Allow") != 0 && strcmp(policy, "Forbid") != 0 && strcmp(policy, "Replace") != 0)
        problem_not_supported(problems, PATH_CHILD(path, "concurrencyPolicy"), policy, policies);
    check_job_template(json_get(spec, "jobTemplate", "spec"), PATH_CHILD(PATH_CHILD(path, "jobTemplate"), "spec"), problems);
    check_not_negative(spec, "successfulJobsHistoryLimit", path, problems);
    check_not_negative(spec, "failedJobsHistoryLimit", path, problems);
    if (strlen(name) > NAME_MAXIMUM)
        problem_invalid_text(problems, PATH_CHILD(PATH_ROOT("metadata"), "name"), name, "must be no more than 52 characters");
}

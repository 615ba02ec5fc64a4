#include "cluster/controllers/job_conditions.h"

#include <string.h>

#include "cluster/controllers/conditions.h"
#include "common/clock.h"

bool job_has(const cJSON *status, const char *type)
{
    return condition_is(condition_find(status, type), "True");
}

const char *job_outcome(const cJSON *job)
{
    const cJSON *status = json_get(job, "status");
    if (job_has(status, "Complete"))
        return "Complete";
    return job_has(status, "Failed") ? "Failed" : NULL;
}

int64_t job_finish_time(const cJSON *job)
{
    const char *outcome = job_outcome(job);
    if (outcome == NULL)
        return 0;
    return condition_time(condition_find(json_get(job, "status"), outcome), "lastTransitionTime");
}

cJSON *job_condition_make(const char *type, const char *status, const char *reason, const char *message, int64_t wall)
{
    char time[CLOCK_TEXT_SIZE];
    cJSON *condition = condition_make(type, status, reason, message, false, wall);
    json_set_text(condition, "lastProbeTime", clock_format_seconds(wall, time));
    return condition;
}

bool job_condition_put(cJSON *status, cJSON *condition_take)
{
    cJSON *present = condition_find(status, json_text(json_get(condition_take, "type"), ""));
    const char *value = json_text(json_get(condition_take, "status"), "");
    bool same = present != NULL && condition_is(present, value) &&
                condition_has_reason(present, json_text(json_get(condition_take, "reason"), "")) &&
                json_equal(json_get(present, "message"), json_get(condition_take, "message"));
    if (same || (present == NULL && strcmp(value, "False") == 0)) {
        cJSON_Delete(condition_take);
        return false;
    }
    cJSON *conditions = json_array_at(status, "conditions");
    if (present != NULL)
        cJSON_ReplaceItemViaPointer(conditions, present, condition_take);
    else
        cJSON_AddItemToArray(conditions, condition_take);
    return true;
}

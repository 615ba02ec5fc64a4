#include "cluster/controllers/conditions.h"

#include <string.h>

#include "common/clock.h"

cJSON *condition_find(const cJSON *status, const char *type)
{
    cJSON *condition = NULL;
    cJSON_ArrayForEach (condition, json_get(status, "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), type) == 0)
            return condition;
    }
    return NULL;
}

bool condition_is(const cJSON *condition, const char *status)
{
    return strcmp(json_text(json_get(condition, "status"), ""), status) == 0;
}

bool condition_has_reason(const cJSON *condition, const char *reason)
{
    return strcmp(json_text(json_get(condition, "reason"), ""), reason) == 0;
}

int64_t condition_time(const cJSON *condition, const char *key)
{
    int64_t wall = 0;
    if (clock_parse(json_text(json_get(condition, key), ""), &wall, NULL) != 0)
        return 0;
    return wall;
}

void condition_remove(cJSON *status, const char *type)
{
    cJSON *conditions = json_get(status, "conditions");
    cJSON *condition = condition_find(status, type);
    if (condition == NULL)
        return;
    cJSON_Delete(cJSON_DetachItemViaPointer(conditions, condition));
    if (cJSON_GetArraySize(conditions) == 0)
        json_remove(status, "conditions");
}

cJSON *condition_make(const char *type, const char *status, const char *reason, const char *message, bool has_update_time,
                      int64_t wall)
{
    char time[CLOCK_TEXT_SIZE];
    clock_format_seconds(wall, time);
    cJSON *condition = cJSON_CreateObject();
    json_set_text(condition, "type", type);
    json_set_text(condition, "status", status);
    if (has_update_time)
        json_set_text(condition, "lastUpdateTime", time);
    json_set_text(condition, "lastTransitionTime", time);
    json_set_text(condition, "reason", reason);
    json_set_text(condition, "message", message);
    return condition;
}

void condition_put(cJSON *status, cJSON *condition_take)
{
    const char *type = json_text(json_get(condition_take, "type"), "");
    const char *value = json_text(json_get(condition_take, "status"), "");
    const cJSON *present = condition_find(status, type);
    if (present != NULL && condition_is(present, value)) {
        if (condition_has_reason(present, json_text(json_get(condition_take, "reason"), ""))) {
            cJSON_Delete(condition_take);
            return;
        }
        json_set_text(condition_take, "lastTransitionTime", json_text(json_get(present, "lastTransitionTime"), ""));
    }
    condition_remove(status, type);
    cJSON_AddItemToArray(json_array_at(status, "conditions"), condition_take);
}

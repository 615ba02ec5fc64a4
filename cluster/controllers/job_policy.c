#include "cluster/controllers/job_policy.h"

#include <stdbool.h>
#include <string.h>

#include "cluster/controllers/conditions.h"

static bool has_value(const cJSON *values, int64_t wanted)
{
    const cJSON *value = NULL;
    cJSON_ArrayForEach (value, values) {
        if (cJSON_IsNumber(value) && json_integer(value, 0) == wanted)
            return true;
    }
    return false;
}

/* The container whose exit code meets the requirement; NULL when there is none. A code of 0 meets none. */
static const cJSON *match_exit_code(const cJSON *requirement, const cJSON *statuses)
{
    const char *name = json_text(json_get(requirement, "containerName"), NULL);
    bool in = strcmp(json_text(json_get(requirement, "operator"), ""), "In") == 0;
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, statuses) {
        const cJSON *code = json_get(container, "state", "terminated", "exitCode");
        if (code == NULL || json_integer(code, 0) == 0)
            continue;
        if (name != NULL && strcmp(json_text(json_get(container, "name"), ""), name) != 0)
            continue;
        if (has_value(json_get(requirement, "values"), json_integer(code, 0)) == in)
            return container;
    }
    return NULL;
}

static const cJSON *match_container(const cJSON *requirement, const cJSON *pod)
{
    const cJSON *container = match_exit_code(requirement, json_get(pod, "status", "containerStatuses"));
    return container != NULL ? container : match_exit_code(requirement, json_get(pod, "status", "initContainerStatuses"));
}

static const cJSON *match_condition(const cJSON *patterns, const cJSON *pod)
{
    const cJSON *pattern = NULL;
    cJSON_ArrayForEach (pattern, patterns) {
        const cJSON *condition = condition_find(json_get(pod, "status"), json_text(json_get(pattern, "type"), ""));
        if (condition != NULL && condition_is(condition, json_text(json_get(pattern, "status"), "")))
            return condition;
    }
    return NULL;
}

static char *tell(const cJSON *pod, const cJSON *container, const cJSON *condition, const char *action, int rule)
{
    const char *namespace = json_text(json_get(pod, "metadata", "namespace"), "");
    const char *name = json_text(json_get(pod, "metadata", "name"), "");
    if (container != NULL)
        return memory_format("Container %s for pod %s/%s failed with exit code %lld matching %s rule at index %d",
                             json_text(json_get(container, "name"), ""), namespace, name,
                             (long long)json_integer(json_get(container, "state", "terminated", "exitCode"), 0), action, rule);
    return memory_format("Pod %s/%s has condition %s matching %s rule at index %d", namespace, name,
                         json_text(json_get(condition, "type"), ""), action, rule);
}

enum job_pod_verdict job_judge_failed_pod(const cJSON *policy, const cJSON *pod, char **message)
{
    int index = -1;
    const cJSON *rule = NULL;
    cJSON_ArrayForEach (rule, json_get(policy, "rules")) {
        index++;
        const cJSON *requirement = json_get(rule, "onExitCodes");
        const cJSON *container = requirement != NULL ? match_container(requirement, pod) : NULL;
        const cJSON *condition = match_condition(json_get(rule, "onPodConditions"), pod);
        if (container == NULL && condition == NULL)
            continue;
        const char *action = json_text(json_get(rule, "action"), "");
        if (strcmp(action, "Ignore") == 0)
            return JOB_POD_IGNORED;
        if (strcmp(action, "FailIndex") == 0)
            return JOB_POD_FAILS_INDEX;
        if (strcmp(action, "FailJob") != 0)
            return JOB_POD_COUNTED;
        if (message != NULL)
            *message = tell(pod, container, condition, action, index);
        return JOB_POD_FAILS_JOB;
    }
    return JOB_POD_COUNTED;
}

static bool meets(const cJSON *rule, const struct index_set *succeeded, int32_t completions)
{
    const cJSON *count = json_get(rule, "succeededCount");
    const char *text = json_text(json_get(rule, "succeededIndexes"), NULL);
    AUTO_INDEX_SET struct index_set wanted = {0};
    int64_t total = index_set_size(succeeded, completions);
    if (text == NULL)
        return total >= json_integer(count, 0);
    if (index_set_parse(text, completions, &wanted, NULL) < 0)
        return false;
    int64_t needed = count != NULL ? json_integer(count, 0) : index_set_size(&wanted, completions);
    return index_set_common(&wanted, succeeded) >= needed;
}

int job_met_success_rule(const cJSON *policy, const struct index_set *succeeded, int32_t completions)
{
    int index = 0;
    const cJSON *rule = NULL;
    cJSON_ArrayForEach (rule, json_get(policy, "rules")) {
        if (meets(rule, succeeded, completions))
            return index;
        index++;
    }
    return -1;
}

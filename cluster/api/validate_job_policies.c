#include <string.h>

#include "cluster/api/index_set.h"
#include "cluster/api/kind.h"
#include "cluster/api/names.h"

#define RULES_MAXIMUM 20
#define PATTERNS_MAXIMUM 20
#define EXIT_CODES_MAXIMUM 255
#define INDEXES_TEXT_MAXIMUM ((size_t)64 * 1024)

static bool is_one_of(const char *text, const char *const *texts)
{
    for (size_t i = 0; texts[i] != NULL; i++) {
        if (strcmp(texts[i], text) == 0)
            return true;
    }
    return false;
}

/* required: what a missing value is told. */
static void check_choice(const char *value, const char *const *choices, const char *required, const struct field_path *path,
                         struct problems *problems)
{
    if (value[0] == '\0')
        problem_required(problems, path, required);
    else if (!is_one_of(value, choices))
        problem_not_supported(problems, path, value, choices);
}

static bool has_too_many(const cJSON *list, int maximum, const struct field_path *path, struct problems *problems)
{
    if (cJSON_GetArraySize(list) <= maximum)
        return false;
    problem_invalid_integer(problems, path, cJSON_GetArraySize(list), "must have at most %d items", maximum);
    return true;
}

static bool is_exit_code(const cJSON *value)
{
    return cJSON_IsNumber(value) && value->valuedouble >= INT32_MIN && value->valuedouble <= INT32_MAX &&
           value->valuedouble == (double)(int32_t)value->valuedouble;
}

static void check_exit_code(const cJSON *values, const cJSON *value, bool in, const struct field_path *path,
                            struct problems *problems)
{
    if (!is_exit_code(value)) {
        problem_invalid(problems, path, value, "must be an integer");
        return;
    }
    if (in && value->valuedouble == 0)
        problem_invalid(problems, path, value, "must not be 0 for the In operator");
    for (const cJSON *before = values->child; before != value; before = before->next) {
        if (json_equal(before, value)) {
            AUTO_FREE char *shown = json_print(value);
            problem_duplicate(problems, path, shown);
            return;
        }
    }
}

static void check_exit_code_values(const cJSON *requirement, const struct field_path *path, struct problems *problems)
{
    const cJSON *values = json_get(requirement, "values");
    bool in = strcmp(json_text(json_get(requirement, "operator"), ""), "In") == 0;
    if (!cJSON_IsArray(values) || cJSON_GetArraySize(values) == 0) {
        problem_invalid(problems, path, values, "at least one value is required");
        return;
    }
    if (has_too_many(values, EXIT_CODES_MAXIMUM, path, problems))
        return;
    int index = 0;
    bool ordered = true;
    const cJSON *value = NULL;
    cJSON_ArrayForEach (value, values) {
        check_exit_code(values, value, in, PATH_INDEX(path, index++), problems);
        if (value->next != NULL && json_integer(value, 0) > json_integer(value->next, 0))
            ordered = false;
    }
    if (!ordered)
        problem_invalid(problems, path, values, "must be ordered");
}

static bool names_container(const cJSON *spec, const char *name)
{
    static const char *const lists[] = {"containers", "initContainers"};
    for (size_t i = 0; i < 2; i++) {
        const cJSON *container = NULL;
        cJSON_ArrayForEach (container, json_get(spec, "template", "spec", lists[i])) {
            if (strcmp(json_text(json_get(container, "name"), ""), name) == 0)
                return true;
        }
    }
    return false;
}

static void check_exit_codes(const cJSON *spec, const cJSON *requirement, const struct field_path *path,
                             struct problems *problems)
{
    static const char *const operators[] = {"In", "NotIn", NULL};
    const char *container = json_text(json_get(requirement, "containerName"), NULL);
    check_choice(json_text(json_get(requirement, "operator"), ""), operators, "valid values: [\"In\" \"NotIn\"]",
                 PATH_CHILD(path, "operator"), problems);
    if (container != NULL && !names_container(spec, container))
        problem_invalid_text(problems, PATH_CHILD(path, "containerName"), container,
                             "must be one of the container or initContainer names in the pod template");
    check_exit_code_values(requirement, PATH_CHILD(path, "values"), problems);
}

static void check_pod_conditions(const cJSON *patterns, const struct field_path *path, struct problems *problems)
{
    static const char *const states[] = {"False", "True", "Unknown", NULL};
    int index = 0;
    const cJSON *pattern = NULL;
    if (has_too_many(patterns, PATTERNS_MAXIMUM, path, problems))
        return;
    cJSON_ArrayForEach (pattern, patterns) {
        const struct field_path *here = PATH_INDEX(path, index++);
        name_check_qualified(problems, PATH_CHILD(here, "type"), json_text(json_get(pattern, "type"), ""));
        check_choice(json_text(json_get(pattern, "status"), ""), states, "valid values: [\"False\" \"True\" \"Unknown\"]",
                     PATH_CHILD(here, "status"), problems);
    }
}

static void check_failure_rule(const cJSON *spec, const cJSON *rule, const struct field_path *path, struct problems *problems)
{
    static const char *const actions[] = {"Count", "FailIndex", "FailJob", "Ignore", NULL};
    const char *action = json_text(json_get(rule, "action"), "");
    const cJSON *exit_codes = json_get(rule, "onExitCodes");
    const cJSON *patterns = json_get(rule, "onPodConditions");
    bool has_patterns = cJSON_GetArraySize(patterns) > 0;
    check_choice(action, actions, "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]", PATH_CHILD(path, "action"),
                 problems);
    if (strcmp(action, "FailIndex") == 0 && json_get(spec, "backoffLimitPerIndex") == NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "action"), action, "requires the backoffLimitPerIndex to be set");
    if (exit_codes != NULL)
        check_exit_codes(spec, exit_codes, PATH_CHILD(path, "onExitCodes"), problems);
    check_pod_conditions(patterns, PATH_CHILD(path, "onPodConditions"), problems);
    if (exit_codes != NULL && has_patterns)
        problem_invalid(problems, path, rule, "specifying both OnExitCodes and OnPodConditions is not supported");
    if (exit_codes == NULL && !has_patterns)
        problem_invalid(problems, path, rule, "specifying one of OnExitCodes and OnPodConditions is required");
}

void validate_pod_failure_policy(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    const struct field_path *here = PATH_CHILD(PATH_CHILD(path, "podFailurePolicy"), "rules");
    const cJSON *rules = json_get(spec, "podFailurePolicy", "rules");
    int index = 0;
    const cJSON *rule = NULL;
    if (has_too_many(rules, RULES_MAXIMUM, here, problems))
        return;
    cJSON_ArrayForEach (rule, rules)
        check_failure_rule(spec, rule, PATH_INDEX(here, index++), problems);
}

static int64_t check_succeeded_indexes(const char *text, int64_t completions, const struct field_path *path,
                                       struct problems *problems)
{
    struct error error = ERROR_NONE;
    AUTO_INDEX_SET struct index_set set = {0};
    if (strlen(text) > INDEXES_TEXT_MAXIMUM)
        problem_too_long(problems, path, INDEXES_TEXT_MAXIMUM);
    else if (index_set_parse(text, (int32_t)completions, &set, &error) < 0)
        problem_invalid_text(problems, path, text, "error parsing succeededIndexes: %s", error.text);
    return index_set_size(&set, (int32_t)completions);
}

static void check_success_rule(const cJSON *spec, const cJSON *rule, const struct field_path *path, struct problems *problems)
{
    const cJSON *count = json_get(rule, "succeededCount");
    const char *indexes = json_text(json_get(rule, "succeededIndexes"), NULL);
    int64_t wanted = json_integer(count, 0);
    int64_t completions = json_integer(json_get(spec, "completions"), 0);
    int64_t total = 0;
    if (count == NULL && indexes == NULL)
        problem_required(problems, path, "at least one of succeededCount or succeededIndexes must be specified");
    if (indexes != NULL)
        total = check_succeeded_indexes(indexes, completions, PATH_CHILD(path, "succeededIndexes"), problems);
    if (count == NULL)
        return;
    const struct field_path *here = PATH_CHILD(path, "succeededCount");
    if (wanted < 0)
        problem_invalid(problems, here, count, "must be greater than or equal to 0");
    if (wanted > completions)
        problem_invalid(problems, here, count, "must be less than or equal to %lld (the number of specified completions)",
                        (long long)completions);
    if (indexes != NULL && wanted > total)
        problem_invalid(problems, here, count,
                        "must be less than or equal to %lld (the number of indexes in the specified succeededIndexes field)",
                        (long long)total);
}

void validate_success_policy(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    const cJSON *policy = json_get(spec, "successPolicy");
    const cJSON *rules = json_get(policy, "rules");
    const struct field_path *here = PATH_CHILD(path, "successPolicy");
    if (policy == NULL)
        return;
    if (strcmp(json_text(json_get(spec, "completionMode"), ""), "Indexed") != 0) {
        problem_invalid(problems, here, policy, "requires indexed completion mode");
        return;
    }
    int index = 0;
    const cJSON *rule = NULL;
    const struct field_path *rules_path = PATH_CHILD(here, "rules");
    if (cJSON_GetArraySize(rules) == 0)
        problem_required(problems, rules_path, "at least one rules must be specified when the successPolicy is specified");
    if (has_too_many(rules, RULES_MAXIMUM, rules_path, problems))
        return;
    cJSON_ArrayForEach (rule, rules)
        check_success_rule(spec, rule, PATH_INDEX(rules_path, index++), problems);
}

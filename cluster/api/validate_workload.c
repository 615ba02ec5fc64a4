#include <stdlib.h>
#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"
#include "cluster/api/selector.h"

void validate_not_negative(const cJSON *holder, const char *member, const struct field_path *path, struct problems *problems)
{
    const cJSON *value = json_get(holder, member);
    if (value != NULL && json_integer(value, 0) < 0)
        problem_invalid(problems, PATH_CHILD(path, member), value, "must be greater than or equal to 0");
}

void validate_template(const cJSON *spec, const char *kind, const struct field_path *path, struct problems *problems)
{
    static const char *const restart_policies[] = {"Always", NULL};
    const cJSON *template = json_get(spec, "template");
    const cJSON *labels = json_get(template, "metadata", "labels");
    const struct field_path *here = PATH_CHILD(path, "template");
    const struct field_path *metadata = PATH_CHILD(here, "metadata");
    /* No selector matches nothing, an empty one everything. */
    const cJSON *labels_wanted = json_get(spec, "selector");
    AUTO_SELECTOR struct selector *selector = selector_from_label_selector(labels_wanted);
    if (!cJSON_IsObject(labels_wanted) || (labels_wanted->child != NULL && !selector_matches(selector, template)))
        problem_invalid(problems, PATH_CHILD(metadata, "labels"), labels, "`selector` does not match template `labels`");
    name_check_labels(problems, PATH_CHILD(metadata, "labels"), labels);
    validate_annotations(json_get(template, "metadata", "annotations"), PATH_CHILD(metadata, "annotations"), problems);
    const cJSON *pod_spec = json_get(template, "spec");
    const struct field_path *pod_path = PATH_CHILD(here, "spec");
    validate_pod_spec(pod_spec, pod_path, problems);
    const char *restart_policy = json_text(json_get(pod_spec, "restartPolicy"), "");
    if (strcmp(restart_policy, "Always") != 0)
        problem_not_supported(problems, PATH_CHILD(pod_path, "restartPolicy"), restart_policy, restart_policies);
    if (json_get(pod_spec, "activeDeadlineSeconds") != NULL)
        problem_forbidden(problems, PATH_CHILD(pod_path, "activeDeadlineSeconds"), "activeDeadlineSeconds in %s is not Supported",
                          kind);
}

void validate_selector(const cJSON *spec, const char *kind, const struct field_path *path, struct problems *problems)
{
    const cJSON *selector = json_get(spec, "selector");
    if (!cJSON_IsObject(selector)) {
        problem_required(problems, PATH_CHILD(path, "selector"), "");
        return;
    }
    validate_label_selector(selector, PATH_CHILD(path, "selector"), problems);
    if (cJSON_GetArraySize(selector) == 0)
        problem_invalid(problems, PATH_CHILD(path, "selector"), selector, "empty selector is invalid for %s", kind);
}

/* The number of an integer or of "25%"; -1 when it is neither. */
static int64_t amount(const cJSON *value, bool *percent)
{
    *percent = cJSON_IsString(value);
    if (!*percent)
        return json_integer(value, -1);
    size_t digits = strspn(value->valuestring, "0123456789");
    if (digits == 0 || digits > 9 || strcmp(value->valuestring + digits, "%") != 0)
        return -1;
    return strtoll(value->valuestring, NULL, 10);
}

void validate_amount(const cJSON *value, bool is_maximum_unavailable, const struct field_path *path, struct problems *problems)
{
    bool percent = false;
    int64_t number = amount(value, &percent);
    if (number < 0 && percent)
        problem_invalid(problems, path, value,
                        "a valid percent string must be a numeric string followed by an ending '%%' (e.g. '1%%',  or '93%%', "
                        "regex used for validation is '[0-9]+%%')");
    else if (number < 0)
        problem_invalid(problems, path, value, "must be greater than or equal to 0");
    else if (percent && is_maximum_unavailable && number > 100)
        problem_invalid(problems, path, value, "must not be greater than 100%%");
}

static void check_rolling_update(const cJSON *strategy, const struct field_path *path, struct problems *problems)
{
    const cJSON *unavailable = json_get(strategy, "rollingUpdate", "maxUnavailable");
    const cJSON *surge = json_get(strategy, "rollingUpdate", "maxSurge");
    const struct field_path *here = PATH_CHILD(path, "rollingUpdate");
    bool percent = false;
    validate_amount(unavailable, true, PATH_CHILD(here, "maxUnavailable"), problems);
    validate_amount(surge, false, PATH_CHILD(here, "maxSurge"), problems);
    if (amount(unavailable, &percent) == 0 && amount(surge, &percent) == 0)
        problem_invalid(problems, PATH_CHILD(here, "maxUnavailable"), unavailable, "may not be 0 when `maxSurge` is 0");
}

static void check_strategy(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    static const char *const types[] = {"Recreate", "RollingUpdate", NULL};
    const cJSON *strategy = json_get(spec, "strategy");
    const struct field_path *here = PATH_CHILD(path, "strategy");
    const char *type = json_text(json_get(strategy, "type"), "");
    if (strcmp(type, "Recreate") == 0) {
        if (json_get(strategy, "rollingUpdate") != NULL)
            problem_forbidden(problems, PATH_CHILD(here, "rollingUpdate"),
                              "may not be specified when strategy `type` is 'Recreate'");
    } else if (strcmp(type, "RollingUpdate") == 0) {
        check_rolling_update(strategy, here, problems);
    } else {
        problem_not_supported(problems, PATH_CHILD(here, "type"), type, types);
    }
}

void deployment_validate(const cJSON *deployment, struct problems *problems)
{
    const cJSON *spec = json_get(deployment, "spec");
    const struct field_path *path = PATH_ROOT("spec");
    validate_not_negative(spec, "replicas", path, problems);
    validate_selector(spec, "deployment", path, problems);
    validate_template(spec, "ReplicaSet", path, problems);
    check_strategy(spec, path, problems);
    validate_not_negative(spec, "minReadySeconds", path, problems);
    validate_not_negative(spec, "revisionHistoryLimit", path, problems);
    validate_not_negative(spec, "progressDeadlineSeconds", path, problems);
    int64_t deadline = json_integer(json_get(spec, "progressDeadlineSeconds"), INT64_MAX);
    if (deadline <= json_integer(json_get(spec, "minReadySeconds"), 0))
        problem_invalid_integer(problems, PATH_CHILD(path, "progressDeadlineSeconds"), deadline,
                                "must be greater than minReadySeconds");
}

void deployment_validate_status(const cJSON *deployment, struct problems *problems)
{
    static const char *const counts[] = {"observedGeneration", "replicas",          "updatedReplicas",
                                         "readyReplicas",      "availableReplicas", "unavailableReplicas"};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        validate_not_negative(json_get(deployment, "status"), counts[i], PATH_ROOT("status"), problems);
}

void replica_set_validate(const cJSON *replica_set, struct problems *problems)
{
    const cJSON *spec = json_get(replica_set, "spec");
    const struct field_path *path = PATH_ROOT("spec");
    validate_not_negative(spec, "replicas", path, problems);
    validate_not_negative(spec, "minReadySeconds", path, problems);
    validate_selector(spec, "replicaset", path, problems);
    validate_template(spec, "ReplicaSet", path, problems);
}

void selector_validate_update(const cJSON *object, const cJSON *old, struct problems *problems)
{
    const cJSON *selector = json_get(object, "spec", "selector");
    if (!json_equal(selector, json_get(old, "spec", "selector")))
        problem_invalid(problems, PATH_CHILD(PATH_ROOT("spec"), "selector"), selector, "field is immutable");
}

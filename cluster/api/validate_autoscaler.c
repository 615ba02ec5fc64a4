#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"
#include "common/quantity.h"

#define STABILIZATION_WINDOW_MAXIMUM 3600
#define PERIOD_MAXIMUM 1800

static const char *text_of(const cJSON *holder, const char *member)
{
    return json_text(json_get(holder, member), "");
}

static bool is_one_of(const char *value, const char *const *supported)
{
    for (size_t i = 0; supported[i] != NULL; i++) {
        if (strcmp(value, supported[i]) == 0)
            return true;
    }
    return false;
}

static void require_segment(const cJSON *holder, const char *member, const char *detail, const struct field_path *path,
                            struct problems *problems)
{
    const char *value = text_of(holder, member);
    const char *problem = name_path_segment_problem(value);
    if (value[0] == '\0')
        problem_required(problems, PATH_CHILD(path, member), detail);
    else if (problem != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, member), value, "%s", problem);
}

/* ReplicationControllers are the one target of the core group, whose name is empty. */
static void check_target_reference(const cJSON *reference, const struct field_path *path, struct problems *problems)
{
    require_segment(reference, "kind", "", path, problems);
    require_segment(reference, "name", "", path, problems);
    const char *version = text_of(reference, "apiVersion");
    const char *slash = strchr(version, '/');
    bool core = strcmp(version, "v1") == 0 && strcmp(text_of(reference, "kind"), "ReplicationController") == 0;
    if (slash != NULL && strchr(slash + 1, '/') != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "apiVersion"), version, "unexpected GroupVersion string: %.200s",
                             version);
    else if ((slash == NULL || slash == version) && !core)
        problem_invalid_text(problems, PATH_CHILD(path, "apiVersion"), version, "apiVersion must specify API group");
}

static void check_positive(const cJSON *target, const char *member, const struct field_path *path, struct problems *problems)
{
    const cJSON *value = json_get(target, member);
    struct quantity quantity = {0};
    if (value != NULL && quantity_parse(json_text(value, ""), &quantity, NULL) == 0 && quantity_sign(quantity) <= 0)
        problem_invalid(problems, PATH_CHILD(path, member), value, "must be positive");
}

static void check_target(const cJSON *source, const struct field_path *path, struct problems *problems)
{
    static const char *const types[] = {"Utilization", "Value", "AverageValue", NULL};
    const cJSON *target = json_get(source, "target");
    const struct field_path *here = PATH_CHILD(path, "target");
    const char *type = text_of(target, "type");
    if (type[0] == '\0')
        problem_required(problems, PATH_CHILD(here, "type"), "must specify a metric target type");
    if (!is_one_of(type, types))
        problem_invalid_text(problems, PATH_CHILD(here, "type"), type, "must be either Utilization, Value, or AverageValue");
    check_positive(target, "value", here, problems);
    check_positive(target, "averageValue", here, problems);
    const cJSON *utilization = json_get(target, "averageUtilization");
    if (utilization != NULL && json_integer(utilization, 0) < 1)
        problem_invalid(problems, PATH_CHILD(here, "averageUtilization"), utilization, "must be greater than 0");
}

static void check_identifier(const cJSON *source, const struct field_path *path, struct problems *problems)
{
    require_segment(json_get(source, "metric"), "name", "must specify a metric name", PATH_CHILD(path, "metric"), problems);
}

/* Of a resource metric: a utilization or a raw value, not both. */
static void check_utilization_or_value(const cJSON *source, const struct field_path *path, struct problems *problems)
{
    const struct field_path *target = PATH_CHILD(path, "target");
    bool utilization = json_get(source, "target", "averageUtilization") != NULL;
    bool value = json_get(source, "target", "averageValue") != NULL;
    if (!utilization && !value)
        problem_required(problems, PATH_CHILD(target, "averageUtilization"),
                         "must set either a target raw value or a target utilization");
    if (utilization && value)
        problem_forbidden(problems, PATH_CHILD(target, "averageValue"),
                          "may not set both a target raw value and a target utilization");
}

static void check_object_source(const cJSON *source, const struct field_path *path, struct problems *problems)
{
    const struct field_path *described = PATH_CHILD(path, "describedObject");
    require_segment(json_get(source, "describedObject"), "kind", "", described, problems);
    require_segment(json_get(source, "describedObject"), "name", "", described, problems);
    check_identifier(source, path, problems);
    check_target(source, path, problems);
    if (json_get(source, "target", "value") == NULL && json_get(source, "target", "averageValue") == NULL)
        problem_required(problems, PATH_CHILD(PATH_CHILD(path, "target"), "averageValue"),
                         "must set either a target value or averageValue");
}

static void check_external_source(const cJSON *source, const struct field_path *path, struct problems *problems)
{
    check_identifier(source, path, problems);
    check_target(source, path, problems);
    bool value = json_get(source, "target", "value") != NULL;
    bool average = json_get(source, "target", "averageValue") != NULL;
    if (!value && !average)
        problem_required(problems, PATH_CHILD(PATH_CHILD(path, "target"), "averageValue"),
                         "must set either a target value for metric or a per-pod target");
    if (value && average)
        problem_forbidden(problems, PATH_CHILD(PATH_CHILD(path, "target"), "value"),
                          "may not set both a target value for metric and a per-pod target");
}

static void check_pods_source(const cJSON *source, const struct field_path *path, struct problems *problems)
{
    check_identifier(source, path, problems);
    check_target(source, path, problems);
    if (json_get(source, "target", "averageValue") == NULL)
        problem_required(problems, PATH_CHILD(PATH_CHILD(path, "target"), "averageValue"),
                         "must specify a positive target averageValue");
}

static void check_resource_source(const cJSON *source, const struct field_path *path, struct problems *problems)
{
    if (text_of(source, "name")[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "name"), "must specify a resource name");
    check_target(source, path, problems);
    check_utilization_or_value(source, path, problems);
}

static void check_container_resource_name(const char *name, const struct field_path *path, struct problems *problems)
{
    static const char *const standard[] = {"cpu", "memory", "ephemeral-storage", NULL};
    if (is_one_of(name, standard) || strncmp(name, "hugepages-", 10) == 0 ||
        (strchr(name, '/') != NULL && name_is_qualified(name)))
        return;
    problem_invalid_text(problems, path, name, "must be a standard resource for containers");
}

static void check_container_source(const cJSON *source, const struct field_path *path, struct problems *problems)
{
    const char *name = text_of(source, "name");
    const char *container = text_of(source, "container");
    if (name[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "name"), "must specify a resource name");
    else
        check_container_resource_name(name, PATH_CHILD(path, "name"), problems);
    const char *problem = name_label_problem(container);
    if (container[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "container"), "must specify a container");
    else if (problem != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "container"), container, "%s", problem);
    check_target(source, path, problems);
    check_utilization_or_value(source, path, problems);
}

/* In the order in which Kubernetes judges them: the first that is there is judged, the others are too many. */
static const struct {
    const char *type;
    const char *member;
    void (*check)(const cJSON *source, const struct field_path *path, struct problems *problems);
} sources[] = {
    {"Object", "object", check_object_source},
    {"External", "external", check_external_source},
    {"Pods", "pods", check_pods_source},
    {"Resource", "resource", check_resource_source},
    {"ContainerResource", "containerResource", check_container_source},
};

#define SOURCES (sizeof sources / sizeof sources[0])

static void check_metric(const cJSON *metric, const struct field_path *path, struct problems *problems)
{
    static const char *const types[] = {"ContainerResource", "External", "Object", "Pods", "Resource", NULL};
    const char *type = text_of(metric, "type");
    int present = 0;
    if (type[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "type"), "must specify a metric source type");
    if (!is_one_of(type, types))
        problem_not_supported(problems, PATH_CHILD(path, "type"), type, types);
    for (size_t i = 0; i < SOURCES; i++) {
        const cJSON *source = json_get(metric, sources[i].member);
        if (source != NULL && present++ == 0)
            sources[i].check(source, PATH_CHILD(path, sources[i].member), problems);
    }
    for (size_t i = 0; i < SOURCES; i++) {
        if (strcmp(type, sources[i].type) == 0 && json_get(metric, sources[i].member) == NULL)
            problem_required(problems, PATH_CHILD(path, sources[i].member),
                             "must populate information for the given metric source");
    }
    for (size_t i = 0; i < SOURCES && present > 1; i++) {
        if (strcmp(type, sources[i].type) != 0 && json_get(metric, sources[i].member) != NULL)
            problem_forbidden(problems, PATH_CHILD(path, sources[i].member), "must populate the given metric source only");
    }
}

static void check_policy(const cJSON *policy, const struct field_path *path, struct problems *problems)
{
    static const char *const types[] = {"Percent", "Pods", NULL};
    int64_t value = json_integer(json_get(policy, "value"), 0);
    int64_t period = json_integer(json_get(policy, "periodSeconds"), 0);
    if (!is_one_of(text_of(policy, "type"), types))
        problem_not_supported(problems, PATH_CHILD(path, "type"), text_of(policy, "type"), types);
    if (value <= 0)
        problem_invalid_integer(problems, PATH_CHILD(path, "value"), value, "must be greater than zero");
    if (period <= 0)
        problem_invalid_integer(problems, PATH_CHILD(path, "periodSeconds"), period, "must be greater than zero");
    if (period > PERIOD_MAXIMUM)
        problem_invalid_integer(problems, PATH_CHILD(path, "periodSeconds"), period, "must be less than or equal to %d",
                                PERIOD_MAXIMUM);
}

static void check_rules(const cJSON *behavior, const char *direction, const struct field_path *path, struct problems *problems)
{
    static const char *const select_policies[] = {"Disabled", "Max", "Min", NULL};
    const cJSON *rules = json_get(behavior, direction);
    const struct field_path *here = PATH_CHILD(path, direction);
    if (rules == NULL)
        return;
    int64_t window = json_integer(json_get(rules, "stabilizationWindowSeconds"), 0);
    if (window < 0)
        problem_invalid_integer(problems, PATH_CHILD(here, "stabilizationWindowSeconds"), window,
                                "must be greater than or equal to zero");
    if (window > STABILIZATION_WINDOW_MAXIMUM)
        problem_invalid_integer(problems, PATH_CHILD(here, "stabilizationWindowSeconds"), window,
                                "must be less than or equal to %d", STABILIZATION_WINDOW_MAXIMUM);
    if (!is_one_of(text_of(rules, "selectPolicy"), select_policies))
        problem_not_supported(problems, PATH_CHILD(here, "selectPolicy"), text_of(rules, "selectPolicy"), select_policies);
    const cJSON *policies = json_get(rules, "policies");
    if (cJSON_GetArraySize(policies) == 0)
        problem_required(problems, PATH_CHILD(here, "policies"), "must specify at least one Policy");
    int index = 0;
    const cJSON *policy = NULL;
    cJSON_ArrayForEach (policy, policies)
        check_policy(policy, PATH_INDEX(PATH_CHILD(here, "policies"), index++), problems);
    struct quantity tolerance = {0};
    const cJSON *given = json_get(rules, "tolerance");
    if (given != NULL && quantity_parse(json_text(given, ""), &tolerance, NULL) == 0 && quantity_sign(tolerance) < 0)
        problem_invalid(problems, PATH_CHILD(here, "tolerance"), given, "must be greater or equal to zero");
}

void autoscaler_validate(const cJSON *autoscaler, struct problems *problems)
{
    const cJSON *spec = json_get(autoscaler, "spec");
    const struct field_path *path = PATH_ROOT("spec");
    int64_t minimum = json_integer(json_get(spec, "minReplicas"), 1);
    int64_t maximum = json_integer(json_get(spec, "maxReplicas"), 0);
    if (minimum < 1)
        problem_invalid_integer(problems, PATH_CHILD(path, "minReplicas"), minimum, "must be greater than or equal to 1");
    if (maximum < 1)
        problem_invalid_integer(problems, PATH_CHILD(path, "maxReplicas"), maximum, "must be greater than 0");
    if (maximum < minimum)
        problem_invalid_integer(problems, PATH_CHILD(path, "maxReplicas"), maximum,
                                "must be greater than or equal to `minReplicas`");
    check_target_reference(json_get(spec, "scaleTargetRef"), PATH_CHILD(path, "scaleTargetRef"), problems);
    int index = 0;
    const cJSON *metric = NULL;
    cJSON_ArrayForEach (metric, json_get(spec, "metrics"))
        check_metric(metric, PATH_INDEX(PATH_CHILD(path, "metrics"), index++), problems);
    check_rules(json_get(spec, "behavior"), "scaleUp", PATH_CHILD(path, "behavior"), problems);
    check_rules(json_get(spec, "behavior"), "scaleDown", PATH_CHILD(path, "behavior"), problems);
}

void autoscaler_validate_status(const cJSON *autoscaler, struct problems *problems)
{
    static const char *const counts[] = {"currentReplicas", "desiredReplicas"};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        int64_t count = json_integer(json_get(autoscaler, "status", counts[i]), 0);
        if (count < 0)
            problem_invalid_integer(problems, PATH_CHILD(PATH_ROOT("status"), counts[i]), count,
                                    "must be greater than or equal to 0");
    }
}

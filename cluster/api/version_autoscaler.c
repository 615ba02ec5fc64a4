/*
 * autoscaling/v1 HorizontalPodAutoscalers: a cpu utilization and nothing else. What v1 has no members for (other metrics,
 * behavior, conditions) is kept in annotations, as Kubernetes does, so that nothing is lost between the versions.
 */
#include <ctype.h>
#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/schema_tables.h"
#include "cluster/api/version.h"

#define ANNOTATION_METRICS "autoscaling.alpha.kubernetes.io/metrics"
#define ANNOTATION_CURRENT_METRICS "autoscaling.alpha.kubernetes.io/current-metrics"
#define ANNOTATION_CONDITIONS "autoscaling.alpha.kubernetes.io/conditions"
#define ANNOTATION_BEHAVIOR "autoscaling.alpha.kubernetes.io/behavior"
#define PERCENTAGE "targetCPUUtilizationPercentage"
#define CURRENT_PERCENTAGE "currentCPUUtilizationPercentage"

/* A member of a metric source: at outer.inner (or outer alone) in v2, flat in v1, in the order of v1's members. */
struct flat_member {
    const char *source;
    const char *outer;
    const char *inner;
    const char *flat;
    bool always; /* a quantity that v1 writes as "0" when it is absent */
};

static const struct flat_member wanted_members[] = {
    {"object", "describedObject", NULL, "target", false},
    {"object", "metric", "name", "metricName", false},
    {"object", "target", "value", "targetValue", true},
    {"object", "metric", "selector", "selector", false},
    {"object", "target", "averageValue", "averageValue", false},
    {"pods", "metric", "name", "metricName", false},
    {"pods", "target", "averageValue", "targetAverageValue", true},
    {"pods", "metric", "selector", "selector", false},
    {"resource", "name", NULL, "name", false},
    {"resource", "target", "averageUtilization", "targetAverageUtilization", false},
    {"resource", "target", "averageValue", "targetAverageValue", false},
    {"containerResource", "name", NULL, "name", false},
    {"containerResource", "target", "averageUtilization", "targetAverageUtilization", false},
    {"containerResource", "target", "averageValue", "targetAverageValue", false},
    {"containerResource", "container", NULL, "container", false},
    {"external", "metric", "name", "metricName", false},
    {"external", "metric", "selector", "metricSelector", false},
    {"external", "target", "value", "targetValue", false},
    {"external", "target", "averageValue", "targetAverageValue", false},
    {NULL, NULL, NULL, NULL, false},
};

static const struct flat_member current_members[] = {
    {"object", "describedObject", NULL, "target", false},
    {"object", "metric", "name", "metricName", false},
    {"object", "current", "value", "currentValue", true},
    {"object", "metric", "selector", "selector", false},
    {"object", "current", "averageValue", "averageValue", false},
    {"pods", "metric", "name", "metricName", false},
    {"pods", "current", "averageValue", "currentAverageValue", true},
    {"pods", "metric", "selector", "selector", false},
    {"resource", "name", NULL, "name", false},
    {"resource", "current", "averageUtilization", "currentAverageUtilization", false},
    {"resource", "current", "averageValue", "currentAverageValue", true},
    {"containerResource", "name", NULL, "name", false},
    {"containerResource", "current", "averageUtilization", "currentAverageUtilization", false},
    {"containerResource", "current", "averageValue", "currentAverageValue", true},
    {"containerResource", "container", NULL, "container", false},
    {"external", "metric", "name", "metricName", false},
    {"external", "metric", "selector", "metricSelector", false},
    {"external", "current", "value", "currentValue", true},
    {"external", "current", "averageValue", "currentAverageValue", false},
    {NULL, NULL, NULL, NULL, false},
};

static cJSON *flatten_metric(const cJSON *metric, const struct flat_member *members)
{
    cJSON *flat = cJSON_CreateObject();
    json_set_text(flat, "type", json_text(json_get(metric, "type"), ""));
    for (const struct flat_member *member = members; member->source != NULL; member++) {
        const cJSON *source = cJSON_GetObjectItemCaseSensitive(metric, member->source);
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(source, member->outer);
        if (member->inner != NULL)
            value = cJSON_GetObjectItemCaseSensitive(value, member->inner);
        if (value != NULL)
            json_set(json_object_at(flat, member->source), member->flat, json_copy(value));
        else if (source != NULL && member->always)
            json_set_text(json_object_at(flat, member->source), member->flat, "0");
    }
    return flat;
}

/* The type of a v2 target follows from which of its values are there. */
static void set_target_type(cJSON *metric, const char *source)
{
    cJSON *target = json_get(metric, source, "target");
    if (!cJSON_IsObject(target))
        return;
    json_set_text(target, "type",
                  json_get(target, "averageUtilization") != NULL ? "Utilization"
                  : json_get(target, "averageValue") != NULL     ? "AverageValue"
                                                                 : "Value");
}

static cJSON *unflatten_metric(const cJSON *flat, const struct flat_member *members)
{
    cJSON *metric = cJSON_CreateObject();
    json_set_text(metric, "type", json_text(json_get(flat, "type"), ""));
    for (const struct flat_member *member = members; member->source != NULL; member++) {
        const cJSON *value =
            cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(flat, member->source), member->flat);
        if (value == NULL || (member->always && strcmp(json_text(value, ""), "0") == 0))
            continue;
        cJSON *place = json_object_at(metric, member->source);
        if (member->inner != NULL)
            place = json_object_at(place, member->outer);
        json_set(place, member->inner != NULL ? member->inner : member->outer, json_copy(value));
    }
    if (members == wanted_members) {
        for (const struct flat_member *member = members; member->source != NULL; member++)
            set_target_type(metric, member->source);
    }
    return metric;
}

/* ---- annotations ---- */

static void annotate(cJSON *tree, const char *name, cJSON *value_take)
{
    AUTO_JSON cJSON *value = value_take;
    if (cJSON_GetArraySize(value) == 0)
        return;
    AUTO_FREE char *text = json_print(value);
    json_set_text(json_object_at(json_object_at(tree, "metadata"), "annotations"), name, text);
}

/* Takes the annotation away; NULL when it is not there or not of the type. */
static cJSON *take_annotation(cJSON *tree, const char *name, bool list)
{
    cJSON *annotations = json_get(tree, "metadata", "annotations");
    AUTO_JSON cJSON *annotation = cJSON_DetachItemFromObjectCaseSensitive(annotations, name);
    const char *text = json_text(annotation, "");
    AUTO_JSON cJSON *value = json_parse(text, strlen(text), NULL);
    if (annotation != NULL && annotations->child == NULL)
        json_remove(json_get(tree, "metadata"), "annotations");
    return (list ? cJSON_IsArray(value) : cJSON_IsObject(value)) ? steal_pointer(&value) : NULL;
}

/* Kubernetes writes the behavior with the names of its internal type: the same, with a capital, and null for absent. */
static cJSON *behavior_internal(const cJSON *behavior)
{
    static const char *const members[] = {"StabilizationWindowSeconds", "SelectPolicy", "Policies", "Tolerance"};
    static const char *const policy_members[] = {"Type", "Value", "PeriodSeconds"};
    static const char *const directions[][2] = {{"ScaleUp", "scaleUp"}, {"ScaleDown", "scaleDown"}};
    if (behavior == NULL)
        return NULL;
    cJSON *internal = cJSON_CreateObject();
    for (size_t i = 0; i < 2; i++) {
        const cJSON *rules = cJSON_GetObjectItemCaseSensitive(behavior, directions[i][1]);
        cJSON *copy = rules != NULL ? cJSON_CreateObject() : cJSON_CreateNull();
        for (size_t j = 0; rules != NULL && j < sizeof members / sizeof members[0]; j++) {
            const cJSON *value = cJSON_GetObjectItem(rules, members[j]);
            json_set(copy, members[j], value != NULL ? json_copy(value) : cJSON_CreateNull());
        }
        cJSON *policies = json_get(copy, "Policies");
        cJSON *policy = NULL;
        cJSON_ArrayForEach (policy, policies) {
            for (size_t j = 0; j < sizeof policy_members / sizeof policy_members[0]; j++) {
                const cJSON *value = cJSON_GetObjectItem(policy, policy_members[j]);
                cJSON *member = json_copy(value);
                cJSON_DeleteItemFromObject(policy, policy_members[j]);
                json_set(policy, policy_members[j], member != NULL ? member : cJSON_CreateNull());
            }
        }
        json_set(internal, directions[i][0], copy);
    }
    return internal;
}

/* The members' names with a small first letter, without those that are null. */
static cJSON *with_small_names(const cJSON *internal)
{
    if (!cJSON_IsObject(internal) && !cJSON_IsArray(internal))
        return json_copy(internal);
    cJSON *copy = cJSON_IsObject(internal) ? cJSON_CreateObject() : cJSON_CreateArray();
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, internal) {
        if (cJSON_IsArray(internal)) {
            cJSON_AddItemToArray(copy, with_small_names(member));
        } else if (!cJSON_IsNull(member)) {
            AUTO_FREE char *name = memory_copy_text(member->string);
            name[0] = (char)tolower((unsigned char)name[0]);
            json_set(copy, name, with_small_names(member));
        }
    }
    return copy;
}

/* ---- v1 to v2 ---- */

static cJSON *unflatten_list(const cJSON *list, const struct flat_member *members)
{
    cJSON *metrics = cJSON_CreateArray();
    const cJSON *metric = NULL;
    cJSON_ArrayForEach (metric, list)
        cJSON_AddItemToArray(metrics, unflatten_metric(metric, members));
    return metrics;
}

/* Without a percentage and other metrics they stay away, and v2's default (80 % of the cpu requests) holds, as for v1. */
static void take_spec(cJSON *tree)
{
    AUTO_JSON cJSON *others = take_annotation(tree, ANNOTATION_METRICS, true);
    AUTO_JSON cJSON *behavior = take_annotation(tree, ANNOTATION_BEHAVIOR, false);
    cJSON *spec = json_get(tree, "spec");
    if (!cJSON_IsObject(spec))
        return;
    AUTO_JSON cJSON *percentage = cJSON_DetachItemFromObjectCaseSensitive(spec, PERCENTAGE);
    cJSON *metrics = unflatten_list(others, wanted_members);
    if (percentage != NULL && !cJSON_IsNull(percentage))
        cJSON_AddItemToArray(metrics, autoscaler_cpu_metric(json_copy(percentage)));
    if (cJSON_GetArraySize(metrics) > 0)
        json_set(spec, "metrics", metrics);
    else
        cJSON_Delete(metrics);
    if (behavior != NULL)
        json_set(spec, "behavior", with_small_names(behavior));
}

static void take_status(cJSON *tree)
{
    AUTO_JSON cJSON *metrics = take_annotation(tree, ANNOTATION_CURRENT_METRICS, true);
    AUTO_JSON cJSON *conditions = take_annotation(tree, ANNOTATION_CONDITIONS, true);
    cJSON *status = json_get(tree, "status");
    if (!cJSON_IsObject(status))
        return;
    json_remove(status, CURRENT_PERCENTAGE);
    if (metrics != NULL)
        json_set(status, "currentMetrics", unflatten_list(metrics, current_members));
    if (conditions != NULL)
        json_set(status, "conditions", steal_pointer(&conditions));
}

static void to_stored(cJSON *tree)
{
    take_spec(tree);
    take_status(tree);
}

/* ---- v2 to v1 ---- */

static const cJSON *cpu_utilization(const cJSON *metric, const char *which)
{
    const cJSON *resource = json_get(metric, "resource");
    const cJSON *utilization = json_get(cJSON_GetObjectItemCaseSensitive(resource, which), "averageUtilization");
    bool cpu = strcmp(json_text(json_get(resource, "name"), ""), "cpu") == 0;
    return cpu && cJSON_IsNumber(utilization) ? utilization : NULL;
}

static void give_spec(cJSON *tree)
{
    cJSON *spec = json_object_at(tree, "spec");
    AUTO_JSON cJSON *metrics = cJSON_DetachItemFromObjectCaseSensitive(spec, "metrics");
    AUTO_JSON cJSON *behavior = cJSON_DetachItemFromObjectCaseSensitive(spec, "behavior");
    cJSON *others = cJSON_CreateArray();
    const cJSON *metric = NULL;
    cJSON_ArrayForEach (metric, metrics) {
        const cJSON *percentage = cpu_utilization(metric, "target");
        if (percentage == NULL)
            cJSON_AddItemToArray(others, flatten_metric(metric, wanted_members));
        else
            json_set(spec, PERCENTAGE, json_copy(percentage));
    }
    annotate(tree, ANNOTATION_METRICS, others);
    annotate(tree, ANNOTATION_BEHAVIOR, behavior_internal(behavior));
}

static void give_status(cJSON *tree)
{
    cJSON *status = json_object_at(tree, "status");
    AUTO_JSON cJSON *metrics = cJSON_DetachItemFromObjectCaseSensitive(status, "currentMetrics");
    cJSON *flat = cJSON_CreateArray();
    const cJSON *metric = NULL;
    cJSON_ArrayForEach (metric, metrics) {
        const cJSON *percentage = cpu_utilization(metric, "current");
        cJSON_AddItemToArray(flat, flatten_metric(metric, current_members));
        if (percentage != NULL)
            json_set(status, CURRENT_PERCENTAGE, json_copy(percentage));
    }
    annotate(tree, ANNOTATION_CURRENT_METRICS, flat);
    annotate(tree, ANNOTATION_CONDITIONS, cJSON_DetachItemFromObjectCaseSensitive(status, "conditions"));
}

static void from_stored(cJSON *tree)
{
    give_spec(tree);
    give_status(tree);
}

static const struct schema_field reference_fields[] = {
    F_TEXT_ALWAYS("kind"),
    F_TEXT_ALWAYS("name"),
    F_TEXT("apiVersion"),
    F_END,
};
static const struct schema reference = {"CrossVersionObjectReference", reference_fields};
static const struct schema_field spec_fields[] = {
    F_OBJECT_ALWAYS("scaleTargetRef", &reference),
    F_INT32_SET("minReplicas"),
    F_INT32_ALWAYS("maxReplicas"),
    F_INT32_SET(PERCENTAGE),
    F_END,
};
static const struct schema spec_shape = {"HorizontalPodAutoscalerSpec", spec_fields};
static const struct schema_field status_fields[] = {
    F_INT64_SET("observedGeneration"), F_TIME("lastScaleTime"),         F_INT32_ALWAYS("currentReplicas"),
    F_INT32_ALWAYS("desiredReplicas"), F_INT32_SET(CURRENT_PERCENTAGE), F_END,
};
static const struct schema status_shape = {"HorizontalPodAutoscalerStatus", status_fields};
static const struct schema_field autoscaler_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &spec_shape),
    F_OBJECT_ALWAYS("status", &status_shape),
    F_END,
};
static const struct schema autoscaler = {"HorizontalPodAutoscaler", autoscaler_fields};

const struct conversion conversion_autoscaler_v1 = {&autoscaler, to_stored, from_stored};

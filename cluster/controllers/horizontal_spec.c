#include "cluster/controllers/horizontal_spec.h"

#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/quantity.h"

#define SELECTOR_TEXT_MAXIMUM 65536

struct metric_type {
    const char *text;
    const char *member;
    enum hpa_metric_type type;
};

static const struct metric_type metric_types[] = {
    {"Resource", "resource", HPA_METRIC_RESOURCE},
    {"ContainerResource", "containerResource", HPA_METRIC_CONTAINER_RESOURCE},
    {"Pods", "pods", HPA_METRIC_PODS},
    {"Object", "object", HPA_METRIC_OBJECT},
    {"External", "external", HPA_METRIC_EXTERNAL},
};
#define METRIC_TYPES (sizeof metric_types / sizeof metric_types[0])

const char *horizontal_metric_member(enum hpa_metric_type type)
{
    for (size_t i = 0; i < METRIC_TYPES; i++) {
        if (metric_types[i].type == type)
            return metric_types[i].member;
    }
    return NULL;
}

static struct hpa_object_reference read_reference(const cJSON *node)
{
    return (struct hpa_object_reference){
        .api_version = json_text(json_get(node, "apiVersion"), ""),
        .kind = json_text(json_get(node, "kind"), ""),
        .name = json_text(json_get(node, "name"), ""),
    };
}

static bool read_milli(const cJSON *node, int64_t *milli)
{
    struct quantity quantity = {0};
    if (quantity_parse(json_text(node, ""), &quantity, NULL) != 0)
        return false;
    *milli = quantity_milli(quantity);
    return true;
}

static void read_target(const cJSON *target, struct hpa_metric_spec *metric)
{
    const cJSON *utilization = json_get(target, "averageUtilization");
    if (read_milli(json_get(target, "value"), &metric->target_milli)) {
        metric->target_type = HPA_TARGET_VALUE;
    } else if (read_milli(json_get(target, "averageValue"), &metric->target_milli)) {
        metric->target_type = HPA_TARGET_AVERAGE_VALUE;
    } else if (utilization != NULL) {
        metric->target_type = HPA_TARGET_UTILIZATION;
        metric->target_utilization = (int32_t)json_integer(utilization, 0);
    }
}

static int compare_members(const void *left, const void *right)
{
    return strcmp((*(const cJSON *const *)left)->string, (*(const cJSON *const *)right)->string);
}

static void print_labels(const cJSON *labels, struct buffer *text)
{
    size_t count = (size_t)cJSON_GetArraySize(labels);
    AUTO_FREE const cJSON **members = memory_allocate(count + 1, sizeof(cJSON *));
    const cJSON *member = NULL;
    size_t i = 0;
    cJSON_ArrayForEach (member, labels)
        members[i++] = member;
    qsort(members, count, sizeof(cJSON *), compare_members);
    for (i = 0; i < count; i++)
        (void)buffer_append_format(text, "%s: %s,", members[i]->string, json_text(members[i], ""));
}

static void print_requirement(const cJSON *requirement, struct buffer *text)
{
    bool first = true;
    const cJSON *value = NULL;
    (void)buffer_append_format(text, "LabelSelectorRequirement{Key:%s,Operator:%s,Values:[",
                               json_text(json_get(requirement, "key"), ""), json_text(json_get(requirement, "operator"), ""));
    cJSON_ArrayForEach (value, json_get(requirement, "values")) {
        (void)buffer_append_format(text, "%s%s", first ? "" : " ", json_text(value, ""));
        first = false;
    }
    (void)buffer_append_text(text, "],},");
}

/* As Go prints a *LabelSelector; the caller frees it. */
static char *print_selector(const cJSON *selector)
{
    struct buffer text CLEANUP(buffer_release);
    buffer_init(&text, SELECTOR_TEXT_MAXIMUM);
    (void)buffer_append_text(&text, "&LabelSelector{MatchLabels:map[string]string{");
    print_labels(json_get(selector, "matchLabels"), &text);
    (void)buffer_append_text(&text, "},MatchExpressions:[]LabelSelectorRequirement{");
    const cJSON *requirement = NULL;
    cJSON_ArrayForEach (requirement, json_get(selector, "matchExpressions"))
        print_requirement(requirement, &text);
    (void)buffer_append_text(&text, "},}");
    return buffer_steal(&text);
}

static struct hpa_metric_spec read_metric(const cJSON *node)
{
    struct hpa_metric_spec metric = {.type_text = json_text(json_get(node, "type"), "")};
    for (size_t i = 0; i < METRIC_TYPES; i++) {
        if (strcmp(metric.type_text, metric_types[i].text) == 0)
            metric.type = metric_types[i].type;
    }
    const char *member = horizontal_metric_member(metric.type);
    const cJSON *source = member != NULL ? json_get(node, member) : NULL;
    metric.name = json_text(json_get(source, "name"), json_text(json_get(source, "metric", "name"), ""));
    metric.container = json_text(json_get(source, "container"), "");
    metric.object = read_reference(json_get(source, "describedObject"));
    const cJSON *selector = json_get(source, "metric", "selector");
    if (cJSON_IsObject(selector))
        metric.selector = print_selector(selector);
    read_target(json_get(source, "target"), &metric);
    return metric;
}

static struct hpa_policy *read_policies(const cJSON *policies, size_t *count)
{
    *count = (size_t)cJSON_GetArraySize(policies);
    struct hpa_policy *read = memory_allocate(*count + 1, sizeof(struct hpa_policy));
    const cJSON *policy = NULL;
    size_t i = 0;
    cJSON_ArrayForEach (policy, policies) {
        bool percent = strcmp(json_text(json_get(policy, "type"), ""), "Percent") == 0;
        read[i++] = (struct hpa_policy){.type = percent ? HPA_POLICY_PERCENT : HPA_POLICY_PODS,
                                        .value = (int32_t)json_integer(json_get(policy, "value"), 0),
                                        .period_seconds = (int32_t)json_integer(json_get(policy, "periodSeconds"), 0)};
    }
    return read;
}

static enum hpa_select_policy read_select_policy(const char *text)
{
    if (strcmp(text, "Max") == 0)
        return HPA_SELECT_MAX;
    if (strcmp(text, "Min") == 0)
        return HPA_SELECT_MIN;
    return strcmp(text, "Disabled") == 0 ? HPA_SELECT_DISABLED : HPA_SELECT_UNSET;
}

static struct hpa_policy *read_rules(const cJSON *node, struct hpa_scaling_rules *rules)
{
    struct hpa_policy *policies = read_policies(json_get(node, "policies"), &rules->policy_count);
    const cJSON *window = json_get(node, "stabilizationWindowSeconds");
    rules->policies = policies;
    rules->has_stabilization_window = cJSON_IsNumber(window);
    rules->stabilization_window_seconds = (int32_t)json_integer(window, 0);
    rules->select_policy = read_select_policy(json_text(json_get(node, "selectPolicy"), ""));
    struct quantity tolerance = {0};
    rules->has_tolerance = quantity_parse(json_text(json_get(node, "tolerance"), ""), &tolerance, NULL) == 0;
    rules->tolerance = rules->has_tolerance ? quantity_double(tolerance) : 0;
    return policies;
}

static void read_metrics(const cJSON *metrics, struct horizontal_spec *spec)
{
    spec->spec.metric_count = (size_t)cJSON_GetArraySize(metrics);
    spec->metrics = memory_allocate(spec->spec.metric_count + 1, sizeof(struct hpa_metric_spec));
    spec->spec.metrics = spec->metrics;
    const cJSON *metric = NULL;
    size_t i = 0;
    cJSON_ArrayForEach (metric, metrics)
        spec->metrics[i++] = read_metric(metric);
}

void horizontal_spec_read(const cJSON *tree, struct horizontal_spec *spec)
{
    const cJSON *node = json_get(tree, "spec");
    const cJSON *minimum = json_get(node, "minReplicas");
    const cJSON *behavior = json_get(node, "behavior");
    *spec = (struct horizontal_spec){0};
    spec->spec.target = read_reference(json_get(node, "scaleTargetRef"));
    spec->spec.has_min_replicas = cJSON_IsNumber(minimum);
    spec->spec.min_replicas = (int32_t)json_integer(minimum, 1);
    spec->spec.max_replicas = (int32_t)json_integer(json_get(node, "maxReplicas"), 0);
    spec->spec.has_behavior = cJSON_IsObject(behavior);
    read_metrics(json_get(node, "metrics"), spec);
    spec->up_policies = read_rules(json_get(behavior, "scaleUp"), &spec->spec.behavior.scale_up);
    spec->down_policies = read_rules(json_get(behavior, "scaleDown"), &spec->spec.behavior.scale_down);
}

void horizontal_spec_release(struct horizontal_spec *spec)
{
    for (size_t i = 0; i < spec->spec.metric_count; i++)
        free((char *)(uintptr_t)spec->metrics[i].selector);
    free(spec->metrics);
    free(spec->up_policies);
    free(spec->down_policies);
    *spec = (struct horizontal_spec){0};
}

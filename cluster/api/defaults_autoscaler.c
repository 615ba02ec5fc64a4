#include "cluster/api/kind.h"

/* The defaults of Kubernetes's autoscaling/v2: without metrics 80 % CPU; without scale-up rules the larger of 4 pods and
 * 100 % each 15 s; without scale-down rules 100 % each 15 s (its window is then a flag's: 5 minutes). Behavior is
 * filled in only where an object has one. */

static void add_policy(cJSON *policies, const char *type, int value)
{
    cJSON *policy = cJSON_CreateObject();
    json_set_text(policy, "type", type);
    json_set_integer(policy, "value", value);
    json_set_integer(policy, "periodSeconds", 15);
    cJSON_AddItemToArray(policies, policy);
}

static void default_select_policy(cJSON *rules)
{
    if (json_get(rules, "selectPolicy") == NULL)
        json_set_text(rules, "selectPolicy", "Max");
}

static void default_behavior(cJSON *behavior)
{
    cJSON *up = json_object_at(behavior, "scaleUp");
    if (json_get(up, "stabilizationWindowSeconds") == NULL)
        json_set_integer(up, "stabilizationWindowSeconds", 0);
    default_select_policy(up);
    if (json_get(up, "policies") == NULL) {
        add_policy(json_array_at(up, "policies"), "Pods", 4);
        add_policy(json_array_at(up, "policies"), "Percent", 100);
    }
    cJSON *down = json_object_at(behavior, "scaleDown");
    default_select_policy(down);
    if (json_get(down, "policies") == NULL)
        add_policy(json_array_at(down, "policies"), "Percent", 100);
}

cJSON *autoscaler_cpu_metric(cJSON *percentage_take)
{
    cJSON *metric = cJSON_CreateObject();
    json_set_text(metric, "type", "Resource");
    cJSON *resource = json_object_at(metric, "resource");
    json_set_text(resource, "name", "cpu");
    cJSON *target = json_object_at(resource, "target");
    json_set_text(target, "type", "Utilization");
    json_set(target, "averageUtilization", percentage_take);
    return metric;
}

void autoscaler_set_defaults(cJSON *autoscaler)
{
    cJSON *spec = json_object_at(autoscaler, "spec");
    if (json_get(spec, "minReplicas") == NULL)
        json_set_integer(spec, "minReplicas", 1);
    if (cJSON_GetArraySize(json_get(spec, "metrics")) == 0)
        cJSON_AddItemToArray(json_array_at(spec, "metrics"), autoscaler_cpu_metric(cJSON_CreateNumber(80)));
    cJSON *behavior = json_get(spec, "behavior");
    if (behavior != NULL)
        default_behavior(behavior);
}

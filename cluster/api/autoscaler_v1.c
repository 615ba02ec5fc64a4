/* autoscaling/v1 HorizontalPodAutoscalers, as `kubectl autoscale` makes them: kept as v2, read and created as v1. */
#include <string.h>

#include "cluster/api/front.h"
#include "cluster/api/request_body.h"

#define VERSION "autoscaling/v1"
#define KIND "HorizontalPodAutoscaler"
#define PERCENTAGE "targetCPUUtilizationPercentage"

static cJSON *cpu_metric(const cJSON *percentage)
{
    cJSON *metric = cJSON_CreateObject();
    json_set_text(metric, "type", "Resource");
    cJSON *resource = json_object_at(metric, "resource");
    json_set_text(resource, "name", "cpu");
    cJSON *target = json_object_at(resource, "target");
    json_set_text(target, "type", "Utilization");
    json_set(target, "averageUtilization", json_copy(percentage));
    return metric;
}

/* Without a percentage the metrics stay away, and v2's default (80% of the cpu requests) holds, as it does for v1. */
static void convert_to_stored(cJSON *tree)
{
    cJSON *spec = json_object_at(tree, "spec");
    cJSON *percentage = cJSON_DetachItemFromObjectCaseSensitive(spec, PERCENTAGE);
    json_set_text(tree, "apiVersion", "autoscaling/v2");
    if (cJSON_IsNumber(percentage))
        cJSON_AddItemToArray(json_array_at(spec, "metrics"), cpu_metric(percentage));
    cJSON_Delete(percentage);
}

static const cJSON *cpu_utilization(const cJSON *metrics, const char *which)
{
    const cJSON *metric;
    cJSON_ArrayForEach (metric, metrics) {
        const cJSON *resource = json_get(metric, "resource");
        const cJSON *utilization = json_get(cJSON_GetObjectItemCaseSensitive(resource, which), "averageUtilization");
        if (strcmp(json_text(json_get(resource, "name"), ""), "cpu") == 0 && cJSON_IsNumber(utilization))
            return utilization;
    }
    return NULL;
}

static void copy_member(cJSON *to, const char *name, const cJSON *value)
{
    if (value != NULL)
        json_set(to, name, json_copy(value));
}

static cJSON *convert_from_stored(const cJSON *stored)
{
    static const char *const kept[] = {"observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas"};
    const cJSON *spec = json_get(stored, "spec");
    const cJSON *status = json_get(stored, "status");
    cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "kind", KIND);
    json_set_text(tree, "apiVersion", VERSION);
    copy_member(tree, "metadata", json_get(stored, "metadata"));
    cJSON *new_spec = json_object_at(tree, "spec");
    copy_member(new_spec, "scaleTargetRef", json_get(spec, "scaleTargetRef"));
    copy_member(new_spec, "minReplicas", json_get(spec, "minReplicas"));
    copy_member(new_spec, "maxReplicas", json_get(spec, "maxReplicas"));
    copy_member(new_spec, PERCENTAGE, cpu_utilization(json_get(spec, "metrics"), "target"));
    cJSON *new_status = json_object_at(tree, "status");
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        copy_member(new_status, kept[i], cJSON_GetObjectItemCaseSensitive(status, kept[i]));
    copy_member(new_status, "currentCPUUtilizationPercentage", cpu_utilization(json_get(status, "currentMetrics"), "current"));
    return tree;
}

static void answer_object(const struct object *object, int code, struct answer *answer)
{
    AUTO_JSON cJSON *tree = convert_from_stored(object_tree(object));
    answer_tree(answer, code, tree);
}

static void create(struct front *front, const char *namespace, const struct http_request *request, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *created = NULL;
    const char *dry_run = http_request_parameter(request, "dryRun");
    if (dry_run != NULL && dry_run[0] != '\0') {
        answer_error(answer, 400, "BadRequest", "dryRun is not supported by this cluster");
        return;
    }
    cJSON *tree = request_body_object(request, VERSION, KIND, &status);
    if (tree != NULL)
        convert_to_stored(tree);
    if (tree == NULL ||
        registry_create(front->registry, RESOURCE_HORIZONTALPODAUTOSCALERS, namespace, tree, &created, &status) != 0)
        answer_status(answer, &status);
    else
        answer_object(created, 201, answer);
}

void autoscaler_v1_answer(struct front *front, const struct http_request *request, struct answer *answer)
{
    char *const *segments = request->segments + 3;
    size_t count = request->segment_count - 3;
    if (count < 3 || count > 4 || strcmp(segments[0], "namespaces") != 0 ||
        strcmp(segments[2], resource_by_id(RESOURCE_HORIZONTALPODAUTOSCALERS)->plural) != 0) {
        answer_no_such_resource(answer);
        return;
    }
    bool get = strcmp(request->method, "GET") == 0 && count == 4;
    if (strcmp(request->method, "POST") == 0 && count == 3) {
        create(front, segments[1], request, answer);
        return;
    }
    if (!get) {
        answer_method_not_allowed(answer);
        return;
    }
    AUTO_OBJECT struct object *object =
        store_get(registry_store(front->registry), RESOURCE_HORIZONTALPODAUTOSCALERS, segments[1], segments[3]);
    AUTO_STATUS struct status status = {0};
    if (object != NULL) {
        answer_object(object, 200, answer);
        return;
    }
    status_set(&status, 404, "NotFound", "horizontalpodautoscalers.autoscaling \"%s\" not found", segments[3]);
    status_set_details(&status, segments[3], "autoscaling", "horizontalpodautoscalers");
    answer_status(answer, &status);
}

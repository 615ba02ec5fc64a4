#include "driver/preflight/workload.h"

#include <string.h>

#include "common/quantity.h"

const char *workload_kind(const cJSON *object)
{
    return json_text(json_get(object, "kind"), "");
}

const char *workload_name(const cJSON *object)
{
    return json_text(json_get(object, "metadata", "name"), "");
}

const cJSON *workload_template(const cJSON *object)
{
    const char *kind = workload_kind(object);
    if (strcmp(kind, "Pod") == 0)
        return object;
    if (strcmp(kind, "CronJob") == 0)
        return json_get(object, "spec", "jobTemplate", "spec", "template");
    return json_get(object, "spec", "template");
}

int64_t workload_replicas(const cJSON *object)
{
    if (strcmp(workload_kind(object), "Job") == 0)
        return json_integer(json_get(object, "spec", "parallelism"), 1);
    return json_integer(json_get(object, "spec", "replicas"), 1);
}

/* A limit without a request is the request. */
static int64_t container_cpu(const cJSON *container)
{
    const cJSON *asked = json_get(container, "resources", "requests", "cpu");
    if (asked == NULL)
        asked = json_get(container, "resources", "limits", "cpu");
    struct quantity quantity = {0};
    if (cJSON_IsNumber(asked))
        return (int64_t)(asked->valuedouble * 1000);
    return quantity_parse(json_text(asked, "0"), &quantity, NULL) == 0 ? quantity_milli(quantity) : 0;
}

int64_t pod_cpu_request(const cJSON *pod)
{
    int64_t sum = 0;
    int64_t largest = 0;
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(pod, "spec", "containers"))
        sum += container_cpu(container);
    cJSON_ArrayForEach (container, json_get(pod, "spec", "initContainers")) {
        int64_t own = container_cpu(container);
        largest = own > largest ? own : largest;
    }
    return sum > largest ? sum : largest;
}

bool hpa_targets(const cJSON *hpa, const cJSON *object)
{
    return strcmp(json_text(json_get(hpa, "spec", "scaleTargetRef", "kind"), ""), workload_kind(object)) == 0 &&
           strcmp(json_text(json_get(hpa, "spec", "scaleTargetRef", "name"), ""), workload_name(object)) == 0;
}

static bool is_among(const cJSON *values, const char *text)
{
    const cJSON *value = NULL;
    cJSON_ArrayForEach (value, values) {
        if (strcmp(json_text(value, ""), text) == 0)
            return true;
    }
    return false;
}

static bool expression_matches(const cJSON *expression, const cJSON *labels)
{
    const cJSON *label = json_get(labels, json_text(json_get(expression, "key"), ""));
    const char *operation = json_text(json_get(expression, "operator"), "");
    bool among = label != NULL && is_among(json_get(expression, "values"), json_text(label, ""));
    if (strcmp(operation, "In") == 0)
        return among;
    if (strcmp(operation, "NotIn") == 0)
        return !among;
    return strcmp(operation, "Exists") == 0 ? label != NULL : label == NULL;
}

bool label_selector_matches(const cJSON *selector, const cJSON *labels)
{
    const cJSON *wanted = NULL;
    cJSON_ArrayForEach (wanted, json_get(selector, "matchLabels")) {
        const cJSON *label = json_get(labels, wanted->string);
        if (label == NULL || strcmp(json_text(label, ""), json_text(wanted, "")) != 0)
            return false;
    }
    cJSON_ArrayForEach (wanted, json_get(selector, "matchExpressions")) {
        if (!expression_matches(wanted, labels))
            return false;
    }
    return true;
}

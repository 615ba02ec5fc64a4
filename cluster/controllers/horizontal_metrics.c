#include "cluster/controllers/horizontal_metrics.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/api/custom_metrics.h"
#include "cluster/api/resource.h"
#include "cluster/controllers/horizontal_spec.h"
#include "common/quantity.h"

#define NO_CUSTOM_METRICS "no custom metrics API (custom.metrics.k8s.io) registered"

static cJSON *ask_object(const struct metric_question *question, const struct hpa_object_reference *object, struct status *status)
{
    const struct resource *resource = resource_by_kind(object->api_version, object->kind);
    if (resource != NULL)
        return custom_metrics_of_object(question, resource, object->name, status);
    const char *slash = strchr(object->api_version, '/');
    const int group = slash != NULL ? (int)(slash - object->api_version) : 0;
    (void)status_set(status, 404, "NotFound", "no matches for kind \"%s\" in group \"%.*s\"", object->kind, group,
                     object->api_version);
    return NULL;
}

static cJSON *ask(const struct metric_question *question, const struct hpa_metric_spec *metric, const struct selector *pods,
                  struct status *status)
{
    switch (metric->type) {
    case HPA_METRIC_PODS:
        return custom_metrics_of_selected(question, resource_by_id(RESOURCE_PODS), pods, status);
    case HPA_METRIC_OBJECT:
        return ask_object(question, &metric->object, status);
    default:
        return external_metrics(question);
    }
}

/* Without a server of the metrics: the texts of an API server that does not have them. */
static char *explain_absence(const struct hpa_metric_spec *metric)
{
    if (metric->type == HPA_METRIC_EXTERNAL)
        return memory_format("the server could not find the requested resource (get %s.external.metrics.k8s.io)", metric->name);
    return memory_copy_text(NO_CUSTOM_METRICS);
}

static void read_items(const cJSON *items, struct hpa_metric_answer *answer)
{
    struct hpa_metric_value *values = memory_allocate((size_t)cJSON_GetArraySize(items) + 1, sizeof *values);
    const cJSON *item;
    cJSON_ArrayForEach (item, items) {
        struct quantity quantity = {0};
        if (quantity_parse(json_text(json_get(item, "value"), ""), &quantity, NULL) != 0)
            continue;
        values[answer->count++] = (struct hpa_metric_value){.pod = json_text(json_get(item, "describedObject", "name"), ""),
                                                            .milli = quantity_milli(quantity)};
    }
    answer->values = values;
}

static void gather_one(const struct runtime *runtime, const struct object *autoscaler, const struct hpa_metric_spec *metric,
                       const struct selector *pods, size_t index, struct horizontal_metrics *metrics)
{
    AUTO_STATUS struct status status = {0};
    const cJSON *entry = cJSON_GetArrayItem(json_get(object_tree(autoscaler), "spec", "metrics"), (int)index);
    const char *member = horizontal_metric_member(metric->type);
    const cJSON *series = member != NULL ? json_get(entry, member, "metric", "selector") : NULL;
    AUTO_SELECTOR struct selector *selector = cJSON_IsObject(series) ? selector_from_label_selector(series) : NULL;
    const struct metric_question question = {.registry = runtime->registry,
                                             .node = &runtime->node,
                                             .namespace = object_namespace(autoscaler),
                                             .metric = metric->name,
                                             .series = selector};
    metrics->items[index] = runtime->node.scraped_values != NULL ? ask(&question, metric, pods, &status) : NULL;
    if (metrics->items[index] != NULL)
        read_items(metrics->items[index], &metrics->answers[index]);
    else
        metrics->errors[index] =
            runtime->node.scraped_values != NULL ? memory_copy_text(status_message(&status)) : explain_absence(metric);
    metrics->answers[index].error = metrics->errors[index];
}

void horizontal_metrics_gather(const struct runtime *runtime, const struct object *autoscaler, const struct hpa_spec *spec,
                               const struct selector *pods, struct horizontal_metrics *metrics)
{
    metrics->count = spec->metric_count;
    metrics->answers = memory_allocate(spec->metric_count + 1, sizeof *metrics->answers);
    metrics->errors = memory_allocate(spec->metric_count + 1, sizeof *metrics->errors);
    metrics->items = memory_allocate(spec->metric_count + 1, sizeof *metrics->items);
    for (size_t i = 0; i < spec->metric_count && pods != NULL; i++) {
        const enum hpa_metric_type type = spec->metrics[i].type;
        if (type == HPA_METRIC_PODS || type == HPA_METRIC_OBJECT || type == HPA_METRIC_EXTERNAL)
            gather_one(runtime, autoscaler, &spec->metrics[i], pods, i, metrics);
    }
}

void horizontal_metrics_release(struct horizontal_metrics *metrics)
{
    for (size_t i = 0; i < metrics->count; i++) {
        free((struct hpa_metric_value *)(uintptr_t)metrics->answers[i].values);
        free(metrics->errors[i]);
        cJSON_Delete(metrics->items[i]);
    }
    free(metrics->answers);
    free(metrics->errors);
    free(metrics->items);
    *metrics = (struct horizontal_metrics){0};
}

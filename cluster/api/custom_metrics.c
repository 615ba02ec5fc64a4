#include "cluster/api/custom_metrics.h"

#include <string.h>

#include "cluster/api/resource.h"
#include "cluster/api/selector.h"
#include "common/quantity.h"

/* The sum of some pods' values. */
struct sum {
    size_t count;
    int64_t milli;
    const char *timestamp;  /* of the oldest */
    int64_t window_seconds; /* the longest; 0 = of no rate */
};

static void add_value(struct sum *sum, const cJSON *value)
{
    const char *timestamp = json_text(json_get(value, "timestamp"), "");
    const int64_t window = json_integer(json_get(value, "windowSeconds"), 0);
    if (__builtin_add_overflow(sum->milli, json_integer(json_get(value, "milli"), 0), &sum->milli))
        sum->milli = INT64_MAX;
    if (sum->count++ == 0 || strcmp(timestamp, sum->timestamp) < 0)
        sum->timestamp = timestamp;
    if (window > sum->window_seconds)
        sum->window_seconds = window;
}

static void set_value(cJSON *item, const struct sum *sum)
{
    char text[QUANTITY_TEXT_SIZE];
    json_set_text(item, "timestamp", sum->timestamp);
    if (sum->window_seconds > 0)
        json_set_integer(item, "windowSeconds", sum->window_seconds);
    json_set_text(item, "value", quantity_format(quantity_from_milli(sum->milli, QUANTITY_DECIMAL_SI), text));
}

/* Do the pods that this object stands for include this one? */
static bool stands_for(const struct object *object, const struct selector *pods, const char *namespace, const char *pod_name,
                       struct store *store)
{
    if (object_resource(object) == RESOURCE_NAMESPACES)
        return true;
    if (object_resource(object) == RESOURCE_PODS)
        return strcmp(object_name(object), pod_name) == 0;
    if (pods == NULL)
        return false;
    AUTO_OBJECT struct object *pod = store_get(store, RESOURCE_PODS, namespace, pod_name);
    return pod != NULL && selector_matches(pods, object_tree(pod));
}

/* NULL for an object that selects no pods. */
static struct selector *selector_of(const struct object *object)
{
    const cJSON *selector = json_get(object_tree(object), "spec", "selector");
    if (!cJSON_IsObject(selector))
        return NULL;
    return object_resource(object) == RESOURCE_SERVICES ? selector_from_map(selector) : selector_from_label_selector(selector);
}

static void add_object(const struct metric_question *question, const cJSON *values, const struct object *object, cJSON *items)
{
    char version[64];
    struct sum sum = {0};
    const cJSON *value;
    struct store *store = registry_store(question->registry);
    const struct resource *resource = resource_by_id(object_resource(object));
    AUTO_SELECTOR struct selector *pods = selector_of(object);
    cJSON_ArrayForEach (value, values) {
        if (stands_for(object, pods, question->namespace, json_text(json_get(value, "pod"), ""), store))
            add_value(&sum, value);
    }
    if (sum.count == 0)
        return;
    cJSON *item = cJSON_CreateObject();
    cJSON *described = json_object_at(item, "describedObject");
    json_set_text(described, "kind", resource->kind);
    if (object_namespace(object)[0] != '\0')
        json_set_text(described, "namespace", object_namespace(object));
    json_set_text(described, "name", object_name(object));
    /* Adapters write a core object's version with the slash that follows its empty group. */
    AUTO_FREE char *core_version = memory_format("/%s", resource->version);
    json_set_text(described, "apiVersion", resource->group[0] == '\0' ? core_version : resource_api_version(resource, version));
    cJSON *metric = json_object_at(item, "metric");
    json_set_text(metric, "name", question->metric);
    json_set(metric, "selector", cJSON_CreateNull());
    set_value(item, &sum);
    cJSON_AddItemToArray(items, item);
}

/* "services" or "deployments.apps", as adapters name them. */
static char *name_of_resource(const struct resource *resource)
{
    return memory_format("%s%s%s", resource->plural, resource->group[0] != '\0' ? "." : "", resource->group);
}

static cJSON *ask_values(const struct metric_question *question, const struct resource *resource, struct status *status)
{
    cJSON *values =
        question->node->scraped_values(question->node->scraper, question->namespace, question->metric, question->series);
    if (values != NULL)
        return values;
    AUTO_FREE char *name = name_of_resource(resource);
    (void)status_set(status, 404, "NotFound", "the server could not find the metric %s for %s", question->metric, name);
    return NULL;
}

cJSON *custom_metrics_of_selected(const struct metric_question *question, const struct resource *resource,
                                  const struct selector *objects, struct status *status)
{
    AUTO_JSON cJSON *values = ask_values(question, resource, status);
    AUTO_OBJECT_LIST struct object_list list = {0};
    if (values == NULL)
        return NULL;
    cJSON *items = cJSON_CreateArray();
    store_list(registry_store(question->registry), resource->id, question->namespace, &list);
    for (size_t i = 0; i < list.count; i++) {
        if (selector_matches(objects, object_tree(list.objects[i])))
            add_object(question, values, list.objects[i], items);
    }
    return items;
}

cJSON *custom_metrics_of_object(const struct metric_question *question, const struct resource *resource, const char *name,
                                struct status *status)
{
    AUTO_JSON cJSON *values = ask_values(question, resource, status);
    if (values == NULL)
        return NULL;
    AUTO_OBJECT struct object *object =
        store_get(registry_store(question->registry), resource->id, resource->namespaced ? question->namespace : "", name);
    cJSON *items = cJSON_CreateArray();
    if (object != NULL)
        add_object(question, values, object, items);
    if (cJSON_GetArraySize(items) > 0)
        return items;
    cJSON_Delete(items);
    AUTO_FREE char *resource_name = name_of_resource(resource);
    (void)status_set(status, 404, "NotFound", "the server could not find the metric %s for %s %s", question->metric,
                     resource_name, name);
    return NULL;
}

cJSON *external_metrics(const struct metric_question *question)
{
    struct sum sum = {0};
    const cJSON *value;
    AUTO_JSON cJSON *values =
        question->node->scraped_values(question->node->scraper, question->namespace, question->metric, question->series);
    cJSON *items = cJSON_CreateArray();
    cJSON_ArrayForEach (value, values) {
        add_value(&sum, value);
    }
    if (sum.count > 0) {
        cJSON *item = cJSON_CreateObject();
        json_set_text(item, "metricName", question->metric);
        json_set(item, "metricLabels", cJSON_CreateObject());
        set_value(item, &sum);
        cJSON_AddItemToArray(items, item);
    }
    return items;
}

/*
 * custom.metrics.k8s.io (v1beta2, v1beta1) and external.metrics.k8s.io/v1beta1: the pods' own metrics, as an adapter of
 * Prometheus serves them.
 */
#include <string.h>

#include "cluster/api/custom_metrics.h"
#include "cluster/api/front.h"

#define CUSTOM_GROUP "custom.metrics.k8s.io"
#define EXTERNAL_GROUP "external.metrics.k8s.io"

static const char *const versions[][2] = {
    {CUSTOM_GROUP, "v1beta2"},
    {CUSTOM_GROUP, "v1beta1"},
    {EXTERNAL_GROUP, "v1beta1"},
};

bool custom_metrics_is_version(const char *group, const char *version)
{
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        if (strcmp(versions[i][0], group) == 0 && strcmp(versions[i][1], version) == 0)
            return true;
    return false;
}

static void add_name(cJSON *entries, const char *prefix, const char *metric, bool namespaced, const char *kind)
{
    AUTO_FREE char *name = memory_format("%s%s", prefix, metric);
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "name", name);
    json_set_text(entry, "singularName", "");
    json_set_boolean(entry, "namespaced", namespaced);
    json_set_text(entry, "kind", kind);
    cJSON_AddItemToArray(json_array_at(entry, "verbs"), cJSON_CreateString("get"));
    cJSON_AddItemToArray(entries, entry);
}

cJSON *custom_metrics_resources(const struct front *front, const char *group)
{
    cJSON *entries = cJSON_CreateArray();
    if (front->node.scraped_names == NULL)
        return entries;
    AUTO_JSON cJSON *names = front->node.scraped_names(front->node.scraper);
    const cJSON *name;
    cJSON_ArrayForEach (name, names) {
        if (strcmp(group, EXTERNAL_GROUP) == 0) {
            add_name(entries, "", name->valuestring, true, "ExternalMetricValueList");
            continue;
        }
        add_name(entries, "namespaces/", name->valuestring, false, "MetricValueList");
        add_name(entries, "pods/", name->valuestring, true, "MetricValueList");
        add_name(entries, "services/", name->valuestring, true, "MetricValueList");
    }
    return entries;
}

/* "services", "deployments.apps"; NULL when there is no such resource. */
static const struct resource *find_resource(const char *name)
{
    for (int id = 0; id < RESOURCE_COUNT; id++) {
        const struct resource *resource = resource_by_id((enum resource_id)id);
        const size_t length = strlen(resource->plural);
        if (!resource->namespaced || strncmp(name, resource->plural, length) != 0)
            continue;
        if (name[length] == '\0' ? resource->group[0] == '\0'
                                 : name[length] == '.' && strcmp(name + length + 1, resource->group) == 0)
            return resource;
    }
    return NULL;
}

/* In v1beta1 the metric's name and selector stand in the item itself. */
static void to_v1beta1(cJSON *items)
{
    cJSON *item;
    cJSON_ArrayForEach (item, items) {
        json_set_text(item, "metricName", json_text(json_get(item, "metric", "name"), ""));
        json_remove(item, "metric");
        json_set(item, "selector", cJSON_CreateNull());
    }
}

static void answer_items(const char *kind, const char *group, const char *version, cJSON *items_take, struct answer *answer)
{
    AUTO_JSON cJSON *list = cJSON_CreateObject();
    AUTO_FREE char *group_version = memory_format("%s/%s", group, version);
    json_set_text(list, "kind", kind);
    json_set_text(list, "apiVersion", group_version);
    json_object_at(list, "metadata");
    json_set(list, "items", items_take);
    answer_tree(answer, 200, list);
}

/* NULL for a parameter that is absent or empty; -1 with a 400 Status. */
static int read_selector(const struct http_request *request, const char *parameter, struct selector **selector,
                         struct status *status)
{
    const char *text = http_request_parameter(request, parameter);
    *selector = NULL;
    if (text == NULL || text[0] == '\0')
        return 0;
    *selector = selector_parse_labels(text, status);
    return *selector != NULL ? 0 : -1;
}

/* After the version: namespaces NS metrics METRIC, or namespaces NS RESOURCE NAME METRIC, where "*" is every name. */
static cJSON *read_custom(struct metric_question *question, char *const *segments, size_t count, const struct selector *objects,
                          struct status *status)
{
    if (count == 4 && strcmp(segments[2], "metrics") == 0) {
        question->metric = segments[3];
        return custom_metrics_of_object(question, resource_by_id(RESOURCE_NAMESPACES), question->namespace, status);
    }
    const struct resource *resource = count == 5 ? find_resource(segments[2]) : NULL;
    if (resource == NULL) {
        (void)status_set(status, 404, "NotFound", "the server could not find the requested resource");
        return NULL;
    }
    question->metric = segments[4];
    if (strcmp(segments[3], "*") == 0)
        return custom_metrics_of_selected(question, resource, objects, status);
    return custom_metrics_of_object(question, resource, segments[3], status);
}

static void answer_custom(struct metric_question *question, const char *version, char *const *segments, size_t count,
                          const struct http_request *request, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    AUTO_SELECTOR struct selector *series = NULL;
    AUTO_SELECTOR struct selector *objects = NULL;
    cJSON *items = NULL;
    if (read_selector(request, "metricLabelSelector", &series, &status) == 0 &&
        read_selector(request, "labelSelector", &objects, &status) == 0) {
        question->series = series;
        items = read_custom(question, segments, count, objects, &status);
    }
    if (items == NULL) {
        answer_status(answer, &status);
        return;
    }
    if (strcmp(version, "v1beta1") == 0)
        to_v1beta1(items);
    answer_items("MetricValueList", CUSTOM_GROUP, version, items, answer);
}

/* After the version: namespaces NS METRIC. */
static void answer_external(struct metric_question *question, char *const *segments, size_t count,
                            const struct http_request *request, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    AUTO_SELECTOR struct selector *series = NULL;
    if (count != 3) {
        answer_no_such_resource(answer);
        return;
    }
    if (read_selector(request, "labelSelector", &series, &status) != 0) {
        answer_status(answer, &status);
        return;
    }
    question->metric = segments[2];
    question->series = series;
    answer_items("ExternalMetricValueList", EXTERNAL_GROUP, "v1beta1", external_metrics(question), answer);
}

void custom_metrics_get(struct front *front, const struct http_request *request, struct answer *answer)
{
    char *const *segments = request->segments + 3;
    const size_t count = request->segment_count - 3;
    if (front->node.scraped_values == NULL || count < 3 || strcmp(segments[0], "namespaces") != 0) {
        answer_no_such_resource(answer);
        return;
    }
    if (strcmp(request->method, "GET") != 0) {
        answer_method_not_allowed(answer);
        return;
    }
    struct metric_question question = {.registry = front->registry, .node = &front->node, .namespace = segments[1]};
    if (strcmp(request->segments[1], EXTERNAL_GROUP) == 0)
        answer_external(&question, segments, count, request, answer);
    else
        answer_custom(&question, request->segments[2], segments, count, request, answer);
}

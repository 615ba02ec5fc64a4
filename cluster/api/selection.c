#include "cluster/api/selection.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cluster/api/version.h"

int selection_open(const struct http_request *request, const struct resource *resource, struct selection *selection,
                   struct status *status)
{
    const char *labels = http_request_parameter(request, "labelSelector");
    const char *fields = http_request_parameter(request, "fieldSelector");
    *selection = (struct selection){0};
    if (labels != NULL && labels[0] != '\0') {
        selection->labels = selector_parse_labels(labels, status);
        if (selection->labels == NULL)
            return -1;
    }
    if (fields != NULL && fields[0] != '\0') {
        selection->fields = selector_parse_fields(fields, status);
        if (selection->fields == NULL || (resource != NULL && selector_check_fields(selection->fields, resource, status) != 0)) {
            selection_release(selection);
            return -1;
        }
    }
    return 0;
}

void selection_release(struct selection *selection)
{
    selector_destroy(selection->labels);
    selector_destroy(selection->fields);
    *selection = (struct selection){0};
}

bool selection_matches(const struct selection *selection, const cJSON *object)
{
    return (selection->labels == NULL || selector_matches(selection->labels, object)) &&
           (selection->fields == NULL || selector_matches(selection->fields, object));
}

void selection_filter(const struct selection *selection, struct object_list *list)
{
    size_t kept = 0;
    if (selection->labels == NULL && selection->fields == NULL)
        return;
    for (size_t i = 0; i < list->count; i++) {
        if (selection_matches(selection, object_tree(list->objects[i])))
            list->objects[kept++] = list->objects[i];
        else
            object_release(list->objects[i]);
    }
    list->count = kept;
}

int selection_read(struct front *front, const struct route *route, const struct http_request *request, struct object_list *list,
                   struct status *status)
{
    AUTO_SELECTION struct selection selection;
    if (selection_open(request, route->resource, &selection, status) != 0)
        return -1;
    store_list(registry_store(front->registry), route->resource->id, route->namespace, list);
    selection_filter(&selection, list);
    return 0;
}

void list_begin(struct buffer *text, const struct resource *resource, const char *metadata)
{
    char version[64];
    buffer_append_format(text, "{\"kind\":\"%sList\",\"apiVersion\":\"%s\",\"metadata\":%s,\"items\":[", resource->kind,
                         resource_api_version(resource, version), metadata);
}

/* As in Kubernetes, what every item has in common (kind and apiVersion) is said by the list alone. */
void list_item(struct buffer *text, const struct resource *resource, struct object *object, bool first)
{
    char prefix[160];
    char version[64];
    size_t length;
    AUTO_OBJECT struct object *shown = version_object(resource, object);
    const char *whole = object_text(shown, &length);
    int common = snprintf(prefix, sizeof prefix, "{\"kind\":\"%s\",\"apiVersion\":\"%s\",", resource->kind,
                          resource_api_version(resource, version));
    if (!first)
        buffer_append_character(text, ',');
    if (common > 0 && (size_t)common < length && strncmp(whole, prefix, (size_t)common) == 0) {
        buffer_append_character(text, '{');
        whole += common;
        length -= (size_t)common;
    }
    buffer_append(text, whole, length);
}

void list_end(struct buffer *text)
{
    buffer_append_text(text, "]}\n");
}

void selection_answer(const struct route *route, const struct object_list *list, struct answer *answer)
{
    char metadata[64];
    snprintf(metadata, sizeof metadata, "{\"resourceVersion\":\"%" PRIu64 "\"}", list->version);
    list_begin(&answer->body, route->resource, metadata);
    for (size_t i = 0; i < list->count; i++)
        list_item(&answer->body, route->resource, list->objects[i], i == 0);
    list_end(&answer->body);
}

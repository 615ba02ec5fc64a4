/* Listing a collection: selectors, pages, resourceVersion, JSON or Table. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/list_options.h"
#include "cluster/api/past_list.h"
#include "cluster/api/representation.h"
#include "cluster/api/selection.h"
#include "common/clock.h"

/* The index of the first object of the page. */
static size_t page_start(const struct page *page, const struct object_list *list)
{
    size_t index = 0;
    while (page->continued && index < list->count) {
        int order = strcmp(object_namespace(list->objects[index]), page->namespace);
        if (order == 0)
            order = strcmp(object_name(list->objects[index]), page->name);
        if (order > 0)
            break;
        index++;
    }
    return index;
}

/* The version that the list must be of; 0 = the present. As Kubernetes, a page of a given version is exactly of that. */
static int read_version(const struct http_request *request, const struct page *page, uint64_t present, uint64_t *version,
                        struct status *status)
{
    int64_t wanted = 0;
    const char *match = http_request_parameter(request, "resourceVersionMatch");
    const char *text = http_request_parameter(request, "resourceVersion");
    if (http_request_integer(request, "resourceVersion", &wanted) != 0 || wanted < 0)
        return status_set(status, 400, "BadRequest", "Invalid value: \"%.100s\": resourceVersion is no number", text);
    if ((uint64_t)wanted > present)
        return status_set(status, 504, "Timeout", "Too large resource version: %" PRId64 ", current: %" PRIu64, wanted, present);
    bool exact = match != NULL && match[0] != '\0' ? strcmp(match, "Exact") == 0 : page->limit > 0;
    *version = exact ? (uint64_t)wanted : 0;
    if (page->continued)
        *version = page->version > 0 ? (uint64_t)page->version : 0;
    return 0;
}

/* The first page is too long ago: the answer says so, and how to go on with the present. */
static void answer_expired_token(const struct page *page, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    status_set(&status, 410, "Expired",
               "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
               "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
               "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
               "deleted between the time the first chunk was returned and now may show up in the list.");
    AUTO_JSON cJSON *tree = status_to_json(&status);
    AUTO_FREE char *token = page_token(page->namespace, page->name, -1);
    json_set_text(json_object_at(tree, "metadata"), "continue", token);
    answer_tree(answer, 410, tree);
}

static char *list_metadata(const struct object_list *list, size_t end, bool selected)
{
    char version[24];
    AUTO_JSON cJSON *metadata = cJSON_CreateObject();
    snprintf(version, sizeof version, "%" PRIu64, list->version);
    json_set_text(metadata, "resourceVersion", version);
    if (end > 0 && end < list->count) {
        const struct object *last = list->objects[end - 1];
        AUTO_FREE char *token = page_token(object_namespace(last), object_name(last), (int64_t)list->version);
        json_set_text(metadata, "continue", token);
        if (!selected)
            json_set_integer(metadata, "remainingItemCount", (int64_t)(list->count - end));
    }
    return json_print(metadata);
}

static void write_table(const struct representation *representation, const char *metadata, const struct object_list *list,
                        size_t start, size_t end, struct buffer *text)
{
    int64_t now = clock_wall();
    table_begin(text, representation->table, metadata, true);
    for (size_t i = start; i < end; i++)
        table_row(text, representation->table, object_tree(list->objects[i]), representation->include, now, i == start);
    table_end(text);
    buffer_append_character(text, '\n');
}

static void write_partial(const struct representation *representation, const char *metadata, const struct object_list *list,
                          size_t start, size_t end, struct buffer *text)
{
    buffer_append_format(text,
                         "{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":%s,"
                         "\"items\":[",
                         metadata);
    for (size_t i = start; i < end; i++) {
        size_t length;
        AUTO_OBJECT struct object *shown = representation_object(representation, list->objects[i]);
        const char *whole = object_text(shown, &length);
        if (i > start)
            buffer_append_character(text, ',');
        buffer_append(text, whole, length);
    }
    list_end(text);
}

static void write_list(const struct resource *resource, const char *metadata, const struct object_list *list, size_t start,
                       size_t end, struct buffer *text)
{
    list_begin(text, resource, metadata);
    for (size_t i = start; i < end; i++)
        list_item(text, resource, list->objects[i], i == start);
    list_end(text);
}

/* The objects that the request is about, at the version that it asks for. -1 when the answer is given. */
static int read_objects(struct front *front, const struct route *route, const struct http_request *request,
                        const struct page *page, const struct selection *selection, struct object_list *list,
                        struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    uint64_t version = 0;
    struct store *store = registry_store(front->registry);
    if (read_version(request, page, store_version(store), &version, &status) != 0) {
        answer_status(answer, &status);
        return -1;
    }
    if (version == 0) {
        store_list(store, route->resource->id, route->namespace, list);
    } else if (past_list(store, route->resource->id, route->namespace, version, list) != 0) {
        if (page->continued)
            answer_expired_token(page, answer);
        else
            answer_error(answer, 410, "Expired", "The resourceVersion for the provided list is too old.");
        return -1;
    }
    selection_filter(selection, list);
    return 0;
}

void collection_list(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer)
{
    struct representation representation;
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT_LIST struct object_list list = {0};
    AUTO_SELECTION struct selection selection = {0};
    AUTO_PAGE struct page page = {0};
    if (!representation_of(request, route->resource, &representation, answer))
        return;
    if (list_options_check(request, false, &status) != 0 || page_read(request, &page, &status) != 0 ||
        selection_open(request, route->resource, &selection, &status) != 0) {
        answer_status(answer, &status);
        return;
    }
    if (read_objects(front, route, request, &page, &selection, &list, answer) != 0)
        return;
    size_t start = page_start(&page, &list);
    size_t end = list.count;
    if (page.limit > 0 && (uint64_t)page.limit < end - start)
        end = start + (size_t)page.limit;
    AUTO_FREE char *metadata = list_metadata(&list, end, selection.labels != NULL || selection.fields != NULL);
    if (representation.table != NULL)
        write_table(&representation, metadata, &list, start, end, &answer->body);
    else if (representation.partial)
        write_partial(&representation, metadata, &list, start, end, &answer->body);
    else
        write_list(route->resource, metadata, &list, start, end, &answer->body);
}

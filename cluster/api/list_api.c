/* Listing a collection: selectors, pages, resourceVersion, JSON or Table. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/representation.h"
#include "cluster/api/selection.h"
#include "common/base64.h"
#include "common/clock.h"

/* Where a page starts: after this object. */
struct page {
    int64_t limit; /* 0 = all */
    bool continued;
    char *namespace;
    char *name;
};

static void page_release(struct page *page)
{
    free(page->namespace);
    free(page->name);
}

/* A continue token is the base64 of {"namespace", "name"}: opaque to clients. */
static char *token_make(const struct object *last)
{
    AUTO_JSON cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "namespace", object_namespace(last));
    json_set_text(tree, "name", object_name(last));
    AUTO_FREE char *text = json_print(tree);
    return base64_encode(text, strlen(text));
}

static int token_read(const char *token, struct page *page, struct status *status)
{
    size_t length = 0;
    AUTO_FREE char *decoded = base64_decode(token, &length, NULL);
    AUTO_JSON cJSON *tree = decoded != NULL ? json_parse(decoded, length, NULL) : NULL;
    const char *name = json_text(json_get(tree, "name"), NULL);
    if (name == NULL)
        return status_set(status, 400, "BadRequest", "continue key is not valid: it was not made by this server");
    page->continued = true;
    page->namespace = memory_copy_text(json_text(json_get(tree, "namespace"), ""));
    page->name = memory_copy_text(name);
    return 0;
}

static int page_read(const struct http_request *request, struct page *page, struct status *status)
{
    *page = (struct page){0};
    const char *token = http_request_parameter(request, "continue");
    if (http_request_integer(request, "limit", &page->limit) != 0 || page->limit < 0)
        return status_set(status, 400, "BadRequest", "limit is no number of objects");
    return token != NULL && token[0] != '\0' ? token_read(token, page, status) : 0;
}

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

/* The store knows the present alone: a version of the future, or exactly one of the past, cannot be served. */
static int check_version(const struct http_request *request, uint64_t present, struct status *status)
{
    int64_t wanted = 0;
    const char *match = http_request_parameter(request, "resourceVersionMatch");
    const char *text = http_request_parameter(request, "resourceVersion");
    if (http_request_integer(request, "resourceVersion", &wanted) != 0 || wanted < 0)
        return status_set(status, 400, "BadRequest", "Invalid value: \"%.100s\": resourceVersion is no number", text);
    if ((uint64_t)wanted > present)
        return status_set(status, 504, "Timeout", "Too large resource version: %" PRId64 ", current: %" PRIu64, wanted, present);
    if (match != NULL && strcmp(match, "Exact") == 0 && (uint64_t)wanted != present)
        return status_set(status, 410, "Expired", "The resourceVersion for the provided list is too old.");
    return 0;
}

static char *list_metadata(const struct object_list *list, size_t end)
{
    char version[24];
    AUTO_JSON cJSON *metadata = cJSON_CreateObject();
    snprintf(version, sizeof version, "%" PRIu64, list->version);
    json_set_text(metadata, "resourceVersion", version);
    if (end > 0 && end < list->count) {
        AUTO_FREE char *token = token_make(list->objects[end - 1]);
        json_set_text(metadata, "continue", token);
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

static void write_list(const struct resource *resource, const char *metadata, const struct object_list *list, size_t start,
                       size_t end, struct buffer *text)
{
    list_begin(text, resource, metadata);
    for (size_t i = start; i < end; i++)
        list_item(text, resource, list->objects[i], i == start);
    list_end(text);
}

void collection_list(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer)
{
    struct representation representation;
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT_LIST struct object_list list = {0};
    CLEANUP(page_release) struct page page = {0};
    if (!representation_of(request, route->resource, &representation, answer))
        return;
    if (page_read(request, &page, &status) != 0 || selection_read(front, route, request, &list, &status) != 0 ||
        check_version(request, list.version, &status) != 0) {
        answer_status(answer, &status);
        return;
    }
    size_t start = page_start(&page, &list);
    size_t end = list.count;
    if (page.limit > 0 && (uint64_t)page.limit < end - start)
        end = start + (size_t)page.limit;
    AUTO_FREE char *metadata = list_metadata(&list, end);
    if (representation.table != NULL)
        write_table(&representation, metadata, &list, start, end, &answer->body);
    else
        write_list(route->resource, metadata, &list, start, end, &answer->body);
}

/* Watching a collection: a stream of events, one JSON object a line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/list_options.h"
#include "cluster/api/representation.h"
#include "cluster/api/selection.h"
#include "cluster/api/version.h"
#include "common/clock.h"

#define BOOKMARK_PERIOD (60 * NANOSECONDS_PER_SECOND)
#define DEFAULT_TIMEOUT_SECONDS 1800 /* kube-apiserver's minimum; it adds up to as much again at random */
#define STEP_BYTES (256 * 1024)      /* written before more is taken */

struct watch_stream {
    struct watch *watch;
    struct selection selection;
    struct representation representation;
    const struct resource *resource;
    struct object_list initial; /* sent first, as ADDED */
    size_t initial_sent;
    bool bookmarks;
    bool initial_bookmark; /* tell the end of the initial objects */
    bool columns_sent;
    int64_t end;
    int64_t next_bookmark;
    uint64_t wanted_version;
    uint64_t present_version; /* when watch is NULL: the version asked for is too old */
};

static void release(void *context)
{
    struct watch_stream *stream = context;
    store_watch_close(stream->watch);
    selection_release(&stream->selection);
    object_list_release(&stream->initial);
    free(stream);
}

static void append_table(struct watch_stream *stream, const cJSON *tree, struct buffer *text)
{
    char metadata[64];
    snprintf(metadata, sizeof metadata, "{\"resourceVersion\":\"%.24s\"}",
             json_text(json_get(tree, "metadata", "resourceVersion"), ""));
    table_begin(text, stream->representation.table, metadata, !stream->columns_sent);
    table_row(text, stream->representation.table, tree, stream->representation.include, clock_wall(), true);
    table_end(text);
    stream->columns_sent = true;
}

static void append_event(struct watch_stream *stream, const char *type, struct object *object, struct buffer *text)
{
    size_t length;
    AUTO_OBJECT struct object *shown = representation_object(&stream->representation, object);
    const char *whole = object_text(shown, &length);
    buffer_append_format(text, "{\"type\":\"%s\",\"object\":", type);
    if (stream->representation.table != NULL)
        append_table(stream, object_tree(object), text);
    else
        buffer_append(text, whole, length);
    buffer_append_text(text, "}\n");
}

/* For an object that the selectors no longer match: gone for this client, in the last state that they did match, at the
 * version of the change. */
static void append_left(struct watch_stream *stream, const struct watch_event *event, struct buffer *text)
{
    char version[24];
    AUTO_JSON cJSON *tree = json_copy(object_tree(event->previous));
    snprintf(version, sizeof version, "%" PRIu64, object_version(event->object));
    json_set_text(json_object_at(tree, "metadata"), "resourceVersion", version);
    buffer_append_text(text, "{\"type\":\"DELETED\",\"object\":");
    if (stream->representation.table != NULL) {
        append_table(stream, tree, text);
    } else {
        AUTO_JSON cJSON *shown =
            stream->representation.partial ? representation_partial(tree) : version_tree(stream->resource, tree);
        AUTO_FREE char *printed = json_print(shown);
        buffer_append_text(text, printed);
    }
    buffer_append_text(text, "}\n");
}

static void append_change(struct watch_stream *stream, const struct watch_event *event, struct buffer *text)
{
    const struct selection *selection = &stream->selection;
    bool matches = event->type != WATCH_DELETED && selection_matches(selection, object_tree(event->object));
    bool matched = event->previous != NULL && selection_matches(selection, object_tree(event->previous));
    if (matches)
        append_event(stream, matched ? "MODIFIED" : "ADDED", event->object, text);
    else if (matched && event->type == WATCH_DELETED)
        append_event(stream, "DELETED", event->object, text);
    else if (matched)
        append_left(stream, event, text);
}

static void append_bookmark(struct watch_stream *stream, uint64_t at, bool end_of_initial, struct buffer *text)
{
    char version[64];
    buffer_append_text(text, "{\"type\":\"BOOKMARK\",\"object\":");
    if (stream->representation.table != NULL)
        buffer_append_text(text, "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\"");
    else if (stream->representation.partial)
        buffer_append_text(text, "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\"");
    else
        buffer_append_format(text, "{\"kind\":\"%s\",\"apiVersion\":\"%s\"", stream->resource->kind,
                             resource_api_version(stream->resource, version));
    buffer_append_format(text, ",\"metadata\":{\"resourceVersion\":\"%" PRIu64 "\"", at);
    if (end_of_initial)
        buffer_append_text(text, ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}");
    buffer_append_text(text, stream->representation.table != NULL ? "},\"columnDefinitions\":null,\"rows\":[]}}\n" : "}}}\n");
}

static void append_expired(const struct watch_stream *stream, struct buffer *text)
{
    AUTO_STATUS struct status status = {0};
    status_set(&status, 410, "Expired", "too old resource version: %" PRIu64 " (%" PRIu64 ")", stream->wanted_version,
               stream->present_version);
    AUTO_JSON cJSON *tree = status_to_json(&status);
    AUTO_FREE char *printed = json_print(tree);
    buffer_append_format(text, "{\"type\":\"ERROR\",\"object\":");
    buffer_append_text(text, printed);
    buffer_append_text(text, "}\n");
}

static void send_initial(struct watch_stream *stream, struct buffer *text)
{
    while (stream->initial_sent < stream->initial.count && text->length < STEP_BYTES)
        append_event(stream, "ADDED", stream->initial.objects[stream->initial_sent++], text);
    if (stream->initial_sent < stream->initial.count || !stream->initial_bookmark)
        return;
    append_bookmark(stream, stream->initial.version, true, text);
    stream->initial_bookmark = false;
}

/* 1 = more may come, 0 = over. */
static int send_changes(struct watch_stream *stream, struct buffer *text)
{
    struct watch_event event;
    while (text->length < STEP_BYTES) {
        int outcome = store_watch_next(stream->watch, &event);
        if (outcome == 0)
            return 1;
        if (outcome < 0) {
            stream->present_version = stream->wanted_version = store_watch_version(stream->watch);
            append_expired(stream, text);
            return 0;
        }
        append_change(stream, &event, text);
        watch_event_release(&event);
    }
    return 1;
}

static int step(void *context, struct buffer *text, struct stream_wait *wait)
{
    struct watch_stream *stream = context;
    int64_t now = clock_monotonic();
    if (stream->watch == NULL) {
        append_expired(stream, text);
        return 0;
    }
    if (stream->initial_sent < stream->initial.count || stream->initial_bookmark) {
        send_initial(stream, text);
        return 1;
    }
    if (send_changes(stream, text) == 0 || now >= stream->end)
        return 0;
    if (stream->bookmarks && now >= stream->next_bookmark && text->length < STEP_BYTES) {
        append_bookmark(stream, store_watch_version(stream->watch), false, text);
        stream->next_bookmark = now + BOOKMARK_PERIOD;
    }
    wait->descriptor = store_watch_descriptor(stream->watch);
    wait->deadline = stream->bookmarks && stream->next_bookmark < stream->end ? stream->next_bookmark : stream->end;
    return 1;
}

/* What the query says about the start and the end. */
static int read_options(const struct http_request *request, struct watch_stream *stream, bool *with_initial,
                        struct status *status)
{
    int64_t version = 0;
    int64_t now = clock_monotonic();
    int64_t timeout = 0;
    const char *initial = http_request_parameter(request, "sendInitialEvents");
    if (list_options_check(request, true, status) != 0)
        return -1;
    if (http_request_integer(request, "resourceVersion", &version) != 0 || version < 0)
        return status_set(status, 400, "BadRequest", "resourceVersion is no number");
    if (http_request_integer(request, "timeoutSeconds", &timeout) != 0 || timeout < 0)
        return status_set(status, 400, "BadRequest", "timeoutSeconds is no number of seconds");
    if (timeout == 0)
        timeout = DEFAULT_TIMEOUT_SECONDS + now % DEFAULT_TIMEOUT_SECONDS;
    if (timeout > INT32_MAX)
        timeout = INT32_MAX;
    stream->wanted_version = (uint64_t)version;
    stream->bookmarks = http_request_flag(request, "allowWatchBookmarks");
    stream->end = now + timeout * NANOSECONDS_PER_SECOND;
    stream->next_bookmark = now + BOOKMARK_PERIOD;
    *with_initial = initial != NULL ? http_request_flag(request, "sendInitialEvents") : version == 0;
    stream->initial_bookmark = initial != NULL && *with_initial && stream->bookmarks;
    return 0;
}

static int open_stream(struct front *front, const struct route *route, const struct http_request *request,
                       struct watch_stream *stream, struct status *status)
{
    struct store *store = registry_store(front->registry);
    bool with_initial = false;
    if (selection_open(request, route->resource, &stream->selection, status) != 0 ||
        read_options(request, stream, &with_initial, status) != 0)
        return -1;
    stream->resource = route->resource;
    uint64_t from = stream->wanted_version;
    if (with_initial) {
        store_list(store, route->resource->id, route->namespace, &stream->initial);
        selection_filter(&stream->selection, &stream->initial);
        from = stream->initial.version;
    }
    stream->watch = store_watch_open(store, route->resource->id, route->namespace, from);
    if (stream->watch == NULL) {
        object_list_release(&stream->initial);
        stream->present_version = store_version(store);
    }
    return 0;
}

void collection_watch(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    struct watch_stream *stream = memory_allocate(1, sizeof *stream);
    if (!representation_of(request, route->resource, &stream->representation, answer)) {
        release(stream);
        return;
    }
    if (open_stream(front, route, request, stream, &status) != 0) {
        release(stream);
        answer_status(answer, &status);
        return;
    }
    answer->stream = (struct stream){.context = stream, .step = step, .release = release};
}

#include "kube/watch_stream.h"

#include <string.h>

void watch_stream_init(struct watch_stream *stream)
{
    buffer_init(&stream->pending, WATCH_MAXIMUM_LINE);
}

void watch_stream_release(struct watch_stream *stream)
{
    buffer_release(&stream->pending);
}

bool watch_stream_is_partial(const struct watch_stream *stream)
{
    return stream->pending.length > 0;
}

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    }
    return true;
}

int watch_stream_feed(struct watch_stream *stream, const char *bytes, size_t length,
                      bool (*take)(void *context, const char *text, size_t length), void *context, struct error *error)
{
    while (length > 0) {
        const char *end = memchr(bytes, '\n', length);
        size_t part = end != NULL ? (size_t)(end - bytes) : length;
        if (part > WATCH_MAXIMUM_LINE ||
            (part > 0 && (stream->pending.length > 0 || end == NULL) && buffer_append(&stream->pending, bytes, part) < 0)) {
            buffer_clear(&stream->pending);
            return error_set(error, "an event is longer than %u MiB", WATCH_MAXIMUM_LINE >> 20);
        }
        if (end == NULL)
            return 0;
        bool collected = stream->pending.length > 0;
        const char *text = collected ? stream->pending.data : bytes;
        size_t size = collected ? stream->pending.length : part;
        bool go_on = is_blank(text, size) || take(context, text, size);
        buffer_clear(&stream->pending);
        if (!go_on)
            return -1;
        bytes += part + 1;
        length -= part + 1;
    }
    return 0;
}

static int type_of(const char *name)
{
    static const char *const names[] = {[WATCH_TYPE_ADDED] = "ADDED",
                                        [WATCH_TYPE_MODIFIED] = "MODIFIED",
                                        [WATCH_TYPE_DELETED] = "DELETED",
                                        [WATCH_TYPE_BOOKMARK] = "BOOKMARK",
                                        [WATCH_TYPE_ERROR] = "ERROR"};
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    return -1;
}

int watch_line_parse(const char *text, size_t length, struct watch_line *line, struct error *error)
{
    *line = (struct watch_line){.tree = json_parse(text, length, error)};
    if (line->tree == NULL)
        return error_context(error, "a watch's event");
    const char *name = json_text(json_get(line->tree, "type"), "");
    int type = type_of(name);
    line->object = json_get(line->tree, "object");
    if (type < 0)
        return error_set(error, "a watch's event: \"%.40s\" is no type of event", name);
    if (!cJSON_IsObject(line->object))
        return error_set(error, "a watch's event: object is missing");
    line->type = (enum watch_type)type;
    return 0;
}

void watch_line_release(struct watch_line *line)
{
    cJSON_Delete(line->tree);
    *line = (struct watch_line){.tree = NULL};
}

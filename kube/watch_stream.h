/*
 * A watch's answer: one JSON event a line, cut into pieces anywhere by the network.
 */
#ifndef KUBE_WATCH_STREAM_H
#define KUBE_WATCH_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"
#include "common/error.h"
#include "common/json.h"

/* Kubernetes refuses objects above 3 MiB; a line beyond this is no event. */
#define WATCH_MAXIMUM_LINE (16u * 1024 * 1024)

enum watch_type { WATCH_TYPE_ADDED, WATCH_TYPE_MODIFIED, WATCH_TYPE_DELETED, WATCH_TYPE_BOOKMARK, WATCH_TYPE_ERROR };

/* One event; the object is never NULL: a Status for WATCH_TYPE_ERROR. */
struct watch_line {
    enum watch_type type;
    cJSON *tree; /* owned: the whole line */
    const cJSON *object;
};

/* Takes a line without its end; white space around it is allowed. -1 when it is no event. Release either way. */
int watch_line_parse(const char *text, size_t length, struct watch_line *line, struct error *error);
void watch_line_release(struct watch_line *line);

/* Bytes that have come and are no whole line yet. */
struct watch_stream {
    struct buffer pending;
};
void watch_stream_init(struct watch_stream *stream);
void watch_stream_release(struct watch_stream *stream);

/* Takes bytes as they come and calls back for every line that is complete (empty ones are left out). -1 when a line is
 * too long (with an error) or when the callback returns false; the rest is forgotten then. */
int watch_stream_feed(struct watch_stream *stream, const char *bytes, size_t length,
                      bool (*take)(void *context, const char *text, size_t length), void *context, struct error *error);

/* Whether the stream stopped in the middle of a line. */
bool watch_stream_is_partial(const struct watch_stream *stream);

#endif

#include "cluster/kubelet/container_log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

#define HALF (CONTAINER_LOG_MAXIMUM / 2)
#define TIME_LENGTH 27 /* "2026-11-22T00:48:28.123456Z", then a space */

struct container_log {
    pthread_mutex_t lock;
    char *path, *older_path;
    int file, older;       /* older = -1: none */
    uint64_t base;         /* offset of the older file's first byte, or of the file's when there is no older one */
    uint64_t older_length; /* bytes in older */
    uint64_t length;       /* bytes in file */
    struct buffer line;    /* not ended yet */
    int64_t line_wall;     /* when it began */
};

struct container_log *container_log_create(const char *path, struct error *error)
{
    const int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0) {
        error_set(error, "cannot make the log %s: %s", path, strerror(errno));
        return NULL;
    }
    struct container_log *log = memory_allocate(1, sizeof *log);
    pthread_mutex_init(&log->lock, NULL);
    log->path = memory_copy_text(path);
    log->older_path = memory_format("%s.1", path);
    log->file = file;
    log->older = -1;
    buffer_init(&log->line, CONTAINER_LOG_LONGEST_LINE);
    return log;
}

void container_log_destroy(struct container_log *log)
{
    if (log == NULL)
        return;
    close(log->file);
    memory_close_descriptor(&log->older);
    unlink(log->path);
    unlink(log->older_path);
    free(log->path);
    free(log->older_path);
    buffer_release(&log->line);
    pthread_mutex_destroy(&log->lock);
    free(log);
}

static void cut(struct container_log *log)
{
    const int file = open(log->older_path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0)
        return;
    /* The file becomes the older half under its own name; the fresh one takes over the other name. */
    char *path = log->path;
    log->path = log->older_path;
    log->older_path = path;
    log->base += log->older_length;
    memory_close_descriptor(&log->older);
    log->older = log->file;
    log->older_length = log->length;
    log->file = file;
    log->length = 0;
}

static void write_line(struct container_log *log)
{
    char head[CLOCK_TEXT_SIZE + 1];
    AUTO_BUFFER struct buffer line;
    buffer_init(&line, CONTAINER_LOG_LONGEST_LINE + sizeof head + 1);
    buffer_append_text(&line, clock_format_microseconds(log->line_wall, head));
    buffer_append_character(&line, ' ');
    buffer_append(&line, log->line.data, log->line.length);
    buffer_append_character(&line, '\n');
    buffer_clear(&log->line);
    if (log->length + line.length > HALF)
        cut(log);
    const ssize_t written = write(log->file, line.data, line.length);
    if (written > 0)
        log->length += (uint64_t)written;
}

void container_log_append(struct container_log *log, const char *bytes, size_t length, int64_t wall)
{
    pthread_mutex_lock(&log->lock);
    while (length > 0) {
        const char *end = memchr(bytes, '\n', length);
        const size_t part = end != NULL ? (size_t)(end - bytes) : length;
        const size_t room = CONTAINER_LOG_LONGEST_LINE - log->line.length;
        const size_t taken = part < room ? part : room;
        if (log->line.length == 0)
            log->line_wall = wall;
        buffer_append(&log->line, bytes, taken);
        const bool ended = end != NULL && taken == part;
        if (ended || log->line.length == CONTAINER_LOG_LONGEST_LINE)
            write_line(log);
        bytes += taken + (ended ? 1 : 0);
        length -= taken + (ended ? 1 : 0);
    }
    pthread_mutex_unlock(&log->lock);
}

void container_log_finish(struct container_log *log, int64_t wall)
{
    pthread_mutex_lock(&log->lock);
    if (log->line.length > 0) {
        log->line_wall = log->line_wall != 0 ? log->line_wall : wall;
        write_line(log);
    }
    pthread_mutex_unlock(&log->lock);
}

/* Reads bytes [from, to) of both files into memory that the caller frees. */
static char *read_range(const struct container_log *log, uint64_t from, uint64_t to, size_t *length)
{
    char *bytes = memory_allocate(1, to - from + 1);
    size_t filled = 0;
    const uint64_t file_start = log->base + log->older_length;
    while (from + filled < to) {
        const uint64_t at = from + filled;
        const bool in_older = at < file_start;
        const uint64_t end = in_older && to > file_start ? file_start : to;
        const ssize_t got =
            pread(in_older ? log->older : log->file, bytes + filled, end - at, (off_t)(at - (in_older ? log->base : file_start)));
        if (got <= 0)
            break;
        filled += (size_t)got;
    }
    *length = filled;
    return bytes;
}

/* The first of the last `lines` lines of a text. */
static const char *tail_of(const char *text, size_t length, int64_t lines)
{
    const char *at = text + length;
    while (at > text) {
        if (at < text + length && at[-1] == '\n' && --lines == 0)
            return at;
        at--;
    }
    return lines > 0 ? text : text + length;
}

static bool line_is_old(const char *line, int64_t since_wall)
{
    AUTO_FREE char *time = memory_copy_bytes(line, TIME_LENGTH);
    int64_t wall = 0;
    return clock_parse(time, &wall, NULL) == 0 && wall < since_wall;
}

static int append_line(struct buffer *text, const struct log_request *request, const char *line, size_t length, size_t start)
{
    const size_t skipped = request->timestamps || length <= TIME_LENGTH ? 0 : TIME_LENGTH + 1;
    size_t shown = length - skipped;
    const size_t used = text->length - start;
    if (request->limit_bytes >= 0 && used + shown > (size_t)request->limit_bytes)
        shown = (size_t)request->limit_bytes > used ? (size_t)request->limit_bytes - used : 0;
    if (shown == 0 || text->length + shown > text->maximum)
        return -1;
    return buffer_append(text, line + skipped, shown);
}

void container_log_read(struct container_log *log, const struct log_request *request, struct buffer *text, uint64_t *next_offset)
{
    pthread_mutex_lock(&log->lock);
    const uint64_t end = log->base + log->older_length + log->length;
    uint64_t from = request->offset > end ? end : request->offset;
    from = from < log->base ? log->base : from;
    size_t length = 0;
    AUTO_FREE char *bytes = read_range(log, from, end, &length);
    pthread_mutex_unlock(&log->lock);

    const char *line = request->tail_lines >= 0 ? tail_of(bytes, length, request->tail_lines) : bytes;
    const size_t start = text->length;
    const char *line_end;
    for (; (line_end = memchr(line, '\n', (size_t)(bytes + length - line))) != NULL; line = line_end + 1) {
        const size_t line_length = (size_t)(line_end - line) + 1;
        if (request->since_wall > 0 && line_length > TIME_LENGTH && line_is_old(line, request->since_wall))
            continue;
        if (append_line(text, request, line, line_length, start) < 0)
            break;
    }
    if (next_offset != NULL)
        *next_offset = from + (uint64_t)(line - bytes);
}

#include "driver/k6/points_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/memory.h"

#define READ_AHEAD (128u * 1024)

struct points_file {
    const char *path;
    gzFile stream; /* reads plain files as they are */
    char *record;  /* K6_LONGEST_RECORD + 1 bytes, without its line end */
    size_t length;
    bool whole;    /* the line had an end */
    bool cut_off;  /* the file has none */
    uint64_t line; /* number of the record's last line */
};

static int fail(const struct points_file *file, const struct error *reason, struct error *error)
{
    return error_set(error, "%s:%" PRIu64 ": %s", file->path, file->line, reason->text);
}

/* Appends a line to the record: 1, or 0 at the end of the file. */
static int read_line(struct points_file *file, struct error *error)
{
    char *to = file->record + file->length;
    size_t room = K6_LONGEST_RECORD + 1 - file->length;
    errno = 0;
    if (room < 2)
        return error_set(error, "%s:%" PRIu64 ": longer than %u bytes", file->path, file->line, K6_LONGEST_RECORD);
    if (gzgets(file->stream, to, (int)room) == NULL) {
        int code = Z_OK;
        const char *text = gzerror(file->stream, &code);
        if (code == Z_BUF_ERROR) /* the compressed file ends too early */
            file->cut_off = true;
        return code == Z_BUF_ERROR || code == Z_OK || code == Z_STREAM_END
                   ? 0
                   : error_set(error, "%s: %s", file->path, code == Z_ERRNO ? strerror(errno) : text);
    }
    size_t added = strlen(to);
    file->line++;
    file->whole = added > 0 && to[added - 1] == '\n';
    if (file->line > K6_MOST_RECORDS)
        return error_set(error, "%s: more than %" PRIu64 " lines", file->path, K6_MOST_RECORDS);
    if (!file->whole && added + 1 >= room)
        return error_set(error, "%s:%" PRIu64 ": longer than %u bytes", file->path, file->line, K6_LONGEST_RECORD);
    if (!file->whole && !gzeof(file->stream))
        return error_set(error, "%s:%" PRIu64 ": expected text, not a NUL character", file->path, file->line);
    file->length += added;
    return 1;
}

static bool has_open_quote(const char *text)
{
    bool open = false;
    for (; *text != '\0'; text++)
        open ^= *text == '"';
    return open;
}

/* The next record: 1, or 0 at the end of the file. Quoted fields of a CSV may go over several lines. */
static int read_record(struct points_file *file, bool csv, struct error *error)
{
    file->length = 0;
    file->record[0] = '\0';
    int result = read_line(file, error);
    while (result == 1 && csv && file->whole && has_open_quote(file->record))
        result = read_line(file, error);
    if (result < 0 || file->length == 0)
        return result;
    file->length -= file->whole ? 1 : 0;
    file->length -= file->length > 0 && file->record[file->length - 1] == '\r' ? 1 : 0;
    file->record[file->length] = '\0';
    return 1;
}

static int read_point(const struct points_file *file, bool csv, const struct k6_columns *columns, struct k6_point *point,
                      struct error *error)
{
    return csv ? k6_csv_point(file->record, columns, point, error) : k6_json_point(file->record, file->length, point, error);
}

static int read_points(struct points_file *file, int (*take)(void *context, const struct k6_point *point, struct error *error),
                       void *context, struct error *error)
{
    struct error reason = ERROR_NONE;
    struct k6_columns columns;
    int result = read_record(file, false, error);
    if (result == 0)
        return error_set(error, "%s: it is empty", file->path);
    bool csv = result > 0 && file->record[0] != '{';
    if (csv && k6_csv_columns(file->record, &columns, &reason) < 0)
        return fail(file, &reason, error);
    if (csv)
        result = read_record(file, true, error);
    for (; result > 0; result = read_record(file, csv, error)) {
        struct k6_point point = {.metric = K6_OTHER};
        if (file->length > 0 && read_point(file, csv, &columns, &point, &reason) < 0) {
            file->cut_off = file->cut_off || !file->whole;
            return file->whole ? fail(file, &reason, error) : 0;
        }
        if (point.metric != K6_OTHER && take(context, &point, &reason) < 0)
            return fail(file, &reason, error);
    }
    return result;
}

int k6_read_points(const char *path, int (*take)(void *context, const struct k6_point *point, struct error *error), void *context,
                   bool *cut_off, struct error *error)
{
    struct points_file file = {.path = path, .whole = true};
    file.stream = gzopen(path, "rbe");
    if (file.stream == NULL)
        return error_set(error, "%s: %s", path, errno != 0 ? strerror(errno) : "out of memory");
    (void)gzbuffer(file.stream, READ_AHEAD);
    file.record = memory_allocate(K6_LONGEST_RECORD + 1, 1);
    int result = read_points(&file, take, context, error);
    *cut_off = file.cut_off;
    free(file.record);
    (void)gzclose(file.stream);
    return result < 0 ? -1 : 0;
}

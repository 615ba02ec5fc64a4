#include "driver/load/data_rows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/memory.h"
#include "common/utf8.h"

#define LONGEST_VALUE ((size_t)64 * 1024)

struct reader {
    const char *at, *end;
    size_t line;
    struct error *error;
};

static int mistake(const struct reader *reader, const char *what)
{
    return error_set(reader->error, "line %zu: %s", reader->line, what);
}

/* The rest of a value in quotes; "" in it is a quote. */
static int read_quoted(struct reader *reader, struct buffer *value)
{
    while (reader->at < reader->end) {
        char character = *reader->at++;
        if (character == '"' && (reader->at == reader->end || *reader->at != '"'))
            return 0;
        if (character == '"')
            reader->at++;
        if (character == '\n' || character == '\r')
            return mistake(reader, "a value goes over several lines");
        if (buffer_append_character(value, character) < 0)
            return mistake(reader, "a value is too long");
    }
    return mistake(reader, "a value's closing quote is missing");
}

/* One value, which the caller frees; *last: it ends its line. NULL when it is wrong. */
static char *read_value(struct reader *reader, bool *last)
{
    AUTO_BUFFER struct buffer value = {0};
    buffer_init(&value, LONGEST_VALUE);
    if (reader->at < reader->end && *reader->at == '"') {
        reader->at++;
        if (read_quoted(reader, &value) < 0)
            return NULL;
    } else {
        while (reader->at < reader->end && *reader->at != ',' && *reader->at != '\n' && *reader->at != '\r')
            if (buffer_append_character(&value, *reader->at++) < 0) {
                (void)mistake(reader, "a value is too long");
                return NULL;
            }
    }
    if (reader->at < reader->end && *reader->at == '\r')
        reader->at++;
    *last = reader->at == reader->end || *reader->at == '\n';
    if (!*last && *reader->at != ',') {
        (void)mistake(reader, "expected a comma or the line's end after a value");
        return NULL;
    }
    if (reader->at < reader->end)
        reader->at++;
    return buffer_steal(&value);
}

static int read_columns(struct reader *reader, struct load_data *data)
{
    bool last = false;
    data->columns = memory_allocate(LOAD_MOST_COLUMNS, sizeof *data->columns);
    while (!last) {
        if (data->column_count == LOAD_MOST_COLUMNS)
            return mistake(reader, "there are more than 100 columns");
        char *name = read_value(reader, &last);
        if (name == NULL)
            return -1;
        bool known = load_data_column(data, name, strlen(name)) < data->column_count;
        data->columns[data->column_count++] = name;
        if (name[0] == '\0' || strpbrk(name, "{}") != NULL || known)
            return mistake(reader, known ? "two columns have the same name" : "expected a name for each column, without braces");
    }
    return 0;
}

static int read_row(struct reader *reader, struct load_data *data, size_t *capacity)
{
    bool last = false;
    if (data->row_count == *capacity) {
        *capacity = *capacity * 2 + 64;
        data->values = memory_resize(data->values, *capacity * data->column_count, sizeof *data->values);
    }
    char **row = data->values + data->row_count * data->column_count;
    memset(row, 0, data->column_count * sizeof *row);
    data->row_count++;
    for (size_t column = 0; column < data->column_count; column++) {
        if (last)
            return mistake(reader, "there are fewer values than columns");
        row[column] = read_value(reader, &last);
        if (row[column] == NULL)
            return -1;
    }
    return last ? 0 : mistake(reader, "there are more values than columns");
}

static bool skip_empty_line(struct reader *reader)
{
    size_t length = reader->end - reader->at >= 2 && reader->at[0] == '\r' && reader->at[1] == '\n' ? 2
                    : *reader->at == '\n'                                                           ? 1
                                                                                                    : 0;
    reader->at += length;
    return length > 0;
}

static int read_rows(struct reader *reader, struct load_data *data)
{
    size_t capacity = 0;
    if (reader->end - reader->at >= 3 && memcmp(reader->at, "\xef\xbb\xbf", 3) == 0)
        reader->at += 3;
    if (read_columns(reader, data) < 0)
        return -1;
    for (reader->line++; reader->at < reader->end; reader->line++)
        if (!skip_empty_line(reader) && read_row(reader, data, &capacity) < 0)
            return -1;
    return data->row_count > 0 ? 0 : mistake(reader, "expected a row of values after the columns' names");
}

int load_data_parse(const char *text, size_t length, struct load_data *data, struct error *error)
{
    struct reader reader = {.at = text, .end = text + length, .line = 1, .error = error};
    *data = (struct load_data){.order = data->order};
    if (length > LOAD_MOST_DATA)
        return error_set(error, "expected at most %zu bytes of rows", LOAD_MOST_DATA);
    if (strlen(text) != length || !utf8_is_valid(text))
        return error_set(error, "expected text in UTF-8");
    if (read_rows(&reader, data) == 0)
        return 0;
    load_data_release(data);
    return -1;
}

void load_data_release(struct load_data *data)
{
    for (size_t i = 0; i < data->row_count * data->column_count; i++)
        free(data->values[i]);
    for (size_t i = 0; i < data->column_count; i++)
        free(data->columns[i]);
    free(data->values);
    free(data->columns);
    *data = (struct load_data){.order = data->order};
}

size_t load_data_column(const struct load_data *data, const char *name, size_t length)
{
    size_t column = 0;
    while (column < data->column_count &&
           (strlen(data->columns[column]) != length || memcmp(data->columns[column], name, length) != 0))
        column++;
    return column;
}

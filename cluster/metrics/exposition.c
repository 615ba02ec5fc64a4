#include "cluster/metrics/exposition.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"

#define LONGEST_NUMBER 64

enum family_type { FAMILY_UNTYPED, FAMILY_GAUGE, FAMILY_COUNTER, FAMILY_DISTRIBUTION };

/* What the last TYPE line said; a family's samples follow it. */
struct family {
    char name[EXPOSITION_LONGEST_NAME];
    enum family_type type;
};

/* A line, or what is left of it. */
struct cursor {
    const char *at;
    const char *end;
};

static bool is_name_character(char character, bool first)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character == '_' ||
           character == ':' || (!first && character >= '0' && character <= '9');
}

static void skip_blanks(struct cursor *line)
{
    while (line->at < line->end && (*line->at == ' ' || *line->at == '\t'))
        line->at++;
}

static bool take_character(struct cursor *line, char wanted)
{
    if (line->at == line->end || *line->at != wanted)
        return false;
    line->at++;
    return true;
}

static bool take_name(struct cursor *line, char name[EXPOSITION_LONGEST_NAME])
{
    size_t length = 0;
    while (line->at < line->end && is_name_character(*line->at, length == 0)) {
        if (length + 1 >= EXPOSITION_LONGEST_NAME)
            return false;
        name[length++] = *line->at++;
    }
    name[length] = '\0';
    return length > 0;
}

/* The text between quotation marks, with its escapes resolved. */
static bool take_quoted(struct cursor *line, struct buffer *value)
{
    buffer_clear(value);
    if (!take_character(line, '"'))
        return false;
    while (line->at < line->end && *line->at != '"') {
        char character = *line->at++;
        if (character == '\\') {
            if (line->at == line->end)
                return false;
            character = *line->at++;
            if (character == 'n')
                character = '\n';
            else if (character != '\\' && character != '"')
                (void)buffer_append_character(value, '\\');
        }
        (void)buffer_append_character(value, character);
    }
    return take_character(line, '"') && !value->overflowed;
}

static bool take_label(struct cursor *line, struct buffer *value, cJSON *labels)
{
    char name[EXPOSITION_LONGEST_NAME];
    if (!take_name(line, name))
        return false;
    skip_blanks(line);
    if (!take_character(line, '='))
        return false;
    skip_blanks(line);
    if (!take_quoted(line, value))
        return false;
    json_set_text(labels, name, value->data);
    skip_blanks(line);
    return true;
}

/* What stands between braces, the opening one taken. */
static bool take_labels(struct cursor *line, cJSON *labels)
{
    struct buffer value AUTO_BUFFER;
    buffer_init(&value, EXPOSITION_LONGEST_LINE);
    for (size_t count = 0;; count++) {
        skip_blanks(line);
        if (take_character(line, '}'))
            return true;
        if (count == EXPOSITION_MOST_LABELS || !take_label(line, &value, labels))
            return false;
        if (!take_character(line, ','))
            return take_character(line, '}');
    }
}

static bool take_value(struct cursor *line, double *value)
{
    char text[LONGEST_NUMBER];
    size_t length = 0;
    while (line->at < line->end && *line->at != ' ' && *line->at != '\t' && *line->at != '\r') {
        if (length + 1 >= sizeof text)
            return false;
        text[length++] = *line->at++;
    }
    text[length] = '\0';
    char *end = text;
    *value = strtod(text, &end);
    return length > 0 && *end == '\0' && isfinite(*value);
}

/* "# TYPE name type"; any other comment changes nothing. */
static void read_comment(struct cursor line, struct family *family)
{
    static const char keyword[] = "TYPE";
    line.at++;
    skip_blanks(&line);
    if ((size_t)(line.end - line.at) < sizeof keyword || memcmp(line.at, keyword, sizeof keyword - 1) != 0)
        return;
    line.at += sizeof keyword - 1;
    skip_blanks(&line);
    char name[EXPOSITION_LONGEST_NAME];
    char type[EXPOSITION_LONGEST_NAME];
    if (!take_name(&line, name))
        return;
    skip_blanks(&line);
    if (!take_name(&line, type))
        return;
    memcpy(family->name, name, sizeof name);
    if (strcmp(type, "counter") == 0)
        family->type = FAMILY_COUNTER;
    else if (strcmp(type, "histogram") == 0 || strcmp(type, "summary") == 0)
        family->type = FAMILY_DISTRIBUTION;
    else
        family->type = strcmp(type, "untyped") == 0 || strcmp(type, "unknown") == 0 ? FAMILY_UNTYPED : FAMILY_GAUGE;
}

static bool ends_with(const char *name, const char *ending)
{
    const size_t length = strlen(name);
    const size_t ending_length = strlen(ending);
    return length >= ending_length && strcmp(name + length - ending_length, ending) == 0;
}

/* In OpenMetrics a counter's family is called without the _total of its samples. */
static bool is_counter(const struct family *family, const char *name)
{
    const size_t length = strlen(family->name);
    const bool belongs = length > 0 && strncmp(name, family->name, length) == 0;
    const char *rest = belongs ? name + length : NULL;
    if (belongs && family->type == FAMILY_COUNTER && (rest[0] == '\0' || strcmp(rest, "_total") == 0))
        return true;
    if (belongs && family->type == FAMILY_DISTRIBUTION)
        return strcmp(rest, "_count") == 0 || strcmp(rest, "_sum") == 0 || strcmp(rest, "_bucket") == 0;
    if (belongs && rest[0] == '\0' && family->type == FAMILY_GAUGE)
        return false;
    return ends_with(name, "_total");
}

/* False when the visitor wants no more. */
static bool read_sample(struct cursor line, const struct family *family, exposition_visit *visit, void *context)
{
    char name[EXPOSITION_LONGEST_NAME];
    const char *start = line.at;
    AUTO_JSON cJSON *labels = cJSON_CreateObject();
    struct exposition_sample sample = {.name = name, .labels = labels};
    if (!take_name(&line, name))
        return true;
    const char *end = line.at;
    skip_blanks(&line);
    if (take_character(&line, '{')) {
        if (!take_labels(&line, labels))
            return true;
        end = line.at;
    }
    skip_blanks(&line);
    if (!take_value(&line, &sample.value))
        return true;
    AUTO_FREE char *identity = memory_format("%.*s", (int)(end - start), start);
    sample.identity = identity;
    sample.is_counter = is_counter(family, name);
    return visit(&sample, context);
}

void exposition_read(const char *text, size_t length, exposition_visit *visit, void *context)
{
    struct family family = {.type = FAMILY_UNTYPED};
    const char *end = text + length;
    for (const char *next = text; next < end;) {
        const char *line_end = memchr(next, '\n', (size_t)(end - next));
        struct cursor line = {.at = next, .end = line_end != NULL ? line_end : end};
        next = line_end != NULL ? line_end + 1 : end;
        const size_t size = (size_t)(line.end - line.at);
        if (size > EXPOSITION_LONGEST_LINE || memchr(line.at, '\0', size) != NULL)
            continue;
        skip_blanks(&line);
        if (line.at == line.end)
            continue;
        if (*line.at == '#')
            read_comment(line, &family);
        else if (!read_sample(line, &family, visit, context))
            return;
    }
}

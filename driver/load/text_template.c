#include "driver/load/text_template.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/load/scramble.h"

#define PLAIN_MAXIMUM ((size_t)64 * 1024 * 1024)
#define HIGHEST_NUMBER 1000000000
#define NUMBER_SIZE 24
#define LONGEST_VARIABLE 300
#define ENCODED_LENGTH 3 /* of a byte: %0A */
#define ROW_PLACE UINT64_MAX

enum part_kind { PART_PLAIN, PART_RANGE, PART_ITERATION, PART_VU, PART_RANDOM, PART_COLUMN };

struct template_part {
    enum part_kind kind;
    enum template_use use;
    size_t begin, length; /* PART_PLAIN: of the plain text */
    uint64_t first, span; /* PART_RANGE, PART_RANDOM: how many numbers from which one */
    size_t place;         /* among the request's variables: each draws its own */
    size_t column;        /* PART_COLUMN */
};

/* A variable as it is written. */
struct variable {
    enum part_kind kind;
    uint64_t first, last;
    const char *column;
    size_t column_length;
    size_t length; /* with its braces */
};

static bool read_number(const char **at, const char *end, uint64_t *number)
{
    const char *begin = *at;
    *number = 0;
    for (; *at < end && isdigit((unsigned char)**at); (*at)++)
        if (*number <= HIGHEST_NUMBER)
            *number = *number * 10 + (uint64_t)(**at - '0');
    return *at > begin;
}

/* "A..B" */
static bool read_range(const char *at, const char *end, struct variable *variable)
{
    if (!read_number(&at, end, &variable->first) || end - at < 2 || at[0] != '.' || at[1] != '.')
        return false;
    at += 2;
    return read_number(&at, end, &variable->last) && at == end;
}

static bool is_word(const char *at, const char *end, const char *word)
{
    return (size_t)(end - at) == strlen(word) && memcmp(at, word, strlen(word)) == 0;
}

static bool begins_with(const char *at, const char *end, const char *word)
{
    return (size_t)(end - at) >= strlen(word) && memcmp(at, word, strlen(word)) == 0;
}

/* Whether a text begins with a variable. */
static bool read_variable(const char *text, const char *end, struct variable *variable)
{
    if (text == end || *text != '{')
        return false;
    const char *at = text + 1;
    size_t within = (size_t)(end - at) < LONGEST_VARIABLE ? (size_t)(end - at) : LONGEST_VARIABLE;
    const char *close = memchr(at, '}', within);
    if (close == NULL)
        return false;
    *variable = (struct variable){.length = (size_t)(close + 1 - text)};
    if (is_word(at, close, "iteration")) {
        variable->kind = PART_ITERATION;
    } else if (is_word(at, close, "vu")) {
        variable->kind = PART_VU;
    } else if (begins_with(at, close, "random:")) {
        variable->kind = PART_RANDOM;
        return read_range(at + strlen("random:"), close, variable);
    } else if (begins_with(at, close, "csv:")) {
        variable->kind = PART_COLUMN;
        variable->column = at + strlen("csv:");
        variable->column_length = (size_t)(close - variable->column);
        return variable->column_length > 0 && memchr(variable->column, '{', variable->column_length) == NULL;
    } else {
        variable->kind = PART_RANGE;
        return read_range(at, close, variable);
    }
    return true;
}

/* Whether a backslash is there to make a variable plain. */
static bool is_escape(const char *at, const char *end)
{
    struct variable variable;
    return *at == '\\' && read_variable(at + 1, end, &variable);
}

static struct template_part *add_part(struct text_template *text_template, enum part_kind kind)
{
    if ((text_template->part_count & (text_template->part_count + 1)) == 0)
        text_template->parts =
            memory_resize(text_template->parts, text_template->part_count * 2 + 1, sizeof *text_template->parts);
    struct template_part *part = &text_template->parts[text_template->part_count];
    *part = (struct template_part){.kind = kind, .begin = text_template->plain.length};
    text_template->part_count++;
    return part;
}

void text_template_add_plain(struct text_template *text_template, const char *text, size_t length)
{
    if (text_template->plain.data == NULL)
        buffer_init(&text_template->plain, PLAIN_MAXIMUM);
    size_t count = text_template->part_count;
    if (length == 0 || text_template->plain.length + length > PLAIN_MAXIMUM)
        return;
    if (count == 0 || text_template->parts[count - 1].kind != PART_PLAIN)
        (void)add_part(text_template, PART_PLAIN);
    (void)buffer_append(&text_template->plain, text, length);
    text_template->parts[text_template->part_count - 1].length += length;
    text_template->longest += length;
}

static size_t longest_value(const struct load_data *data, size_t column)
{
    size_t longest = 0;
    for (size_t row = 0; row < data->row_count; row++) {
        size_t length = strlen(data->values[row * data->column_count + column]);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static int add_variable(struct text_template *text_template, const struct variable *variable, enum template_use use,
                        const struct load_data *data, struct error *error)
{
    size_t longest = NUMBER_SIZE;
    size_t column = 0;
    const char *written = variable->column;
    if ((variable->kind == PART_RANGE || variable->kind == PART_RANDOM) &&
        (variable->last < variable->first || variable->last > HIGHEST_NUMBER))
        return error_set(error, "expected a rising range up to %d, such as {1..10}", HIGHEST_NUMBER);
    if (variable->kind == PART_COLUMN) {
        if (data == NULL || data->row_count == 0)
            return error_set(error, "{csv:%.*s}: the load has no data", (int)variable->column_length, written);
        column = load_data_column(data, written, variable->column_length);
        if (column == data->column_count)
            return error_set(error, "the load's data has no column \"%.*s\"", (int)variable->column_length, written);
        longest = longest_value(data, column) * (use == TEMPLATE_URL ? ENCODED_LENGTH : 1);
    }
    struct template_part *part = add_part(text_template, variable->kind);
    part->use = use;
    part->first = variable->first;
    part->span = variable->last - variable->first + 1;
    part->column = column;
    part->place = text_template->variables++;
    text_template->longest += longest;
    text_template->uses_vu = text_template->uses_vu || variable->kind == PART_VU;
    return 0;
}

int text_template_add(struct text_template *text_template, const char *text, size_t length, enum template_use use,
                      const struct load_data *data, struct error *error)
{
    const char *end = text + length;
    const char *plain = text;
    for (const char *at = text; at < end;) {
        struct variable variable;
        bool escape = is_escape(at, end);
        bool is_variable = !escape && read_variable(at, end, &variable);
        if (!escape && !is_variable) {
            if (*at == '{' && use == TEMPLATE_URL)
                return error_set(error, "expected {1..10}, {iteration}, {vu}, {random:1..100} or {csv:COLUMN} after \"%.*s\"",
                                 (int)(at - text > 200 ? 200 : at - text), text);
            at++;
            continue;
        }
        text_template_add_plain(text_template, plain, (size_t)(at - plain));
        if (is_variable && add_variable(text_template, &variable, use, data, error) < 0)
            return -1;
        at += is_variable ? variable.length : 1;
        plain = at;
        if (escape)
            at++; /* the brace is text */
    }
    text_template_add_plain(text_template, plain, (size_t)(end - plain));
    return 0;
}

void text_template_release(struct text_template *text_template)
{
    buffer_release(&text_template->plain);
    free(text_template->parts);
    *text_template = (struct text_template){0};
}

bool text_template_is_fixed(const struct text_template *text_template)
{
    return text_template->part_count == 0 || (text_template->part_count == 1 && text_template->parts[0].kind == PART_PLAIN);
}

static const char *row_value(const struct template_part *part, const struct template_values *values)
{
    const struct load_data *data = values->data;
    uint64_t row = values->turn;
    if (data->order == ROWS_ITERATION)
        row = values->iteration;
    else if (data->order == ROWS_RANDOM)
        row = scramble_at(values->seed ^ ROW_PLACE, values->iteration, values->vu);
    return data->values[row % data->row_count * data->column_count + part->column];
}

static uint64_t number_of(const struct template_part *part, const struct template_values *values)
{
    switch (part->kind) {
    case PART_RANGE:
        return part->first + values->turn % part->span;
    case PART_RANDOM:
        return part->first + scramble_at(values->seed + part->place, values->iteration, values->vu) % part->span;
    case PART_VU:
        return values->vu;
    default:
        return values->iteration;
    }
}

/* What RFC 3986 calls unreserved. */
static bool is_unreserved(unsigned char character)
{
    return isalnum(character) || (character != '\0' && strchr("-._~", character) != NULL);
}

static size_t write_plain(const char *text, size_t length, char *out)
{
    memcpy(out, text, length);
    return length;
}

static size_t write_encoded(const char *text, size_t length, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    char *at = out;
    for (size_t i = 0; i < length; i++) {
        unsigned char character = (unsigned char)text[i];
        if (is_unreserved(character)) {
            *at++ = (char)character;
        } else {
            *at++ = '%';
            *at++ = digits[character >> 4];
            *at++ = digits[character & 15];
        }
    }
    return (size_t)(at - out);
}

static size_t encoded_length(const char *text)
{
    size_t length = 0;
    for (; *text != '\0'; text++)
        length += is_unreserved((unsigned char)*text) ? 1 : ENCODED_LENGTH;
    return length;
}

/* Decimal digits, without a NUL; snprintf takes several times as long. */
static size_t write_number(uint64_t number, char *out)
{
    char digits[NUMBER_SIZE];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (size_t i = 0; i < count; i++)
        out[i] = digits[count - 1 - i];
    return count;
}

size_t text_template_length(const struct text_template *text_template, const struct template_values *values)
{
    char number[NUMBER_SIZE];
    size_t length = 0;
    for (size_t i = 0; i < text_template->part_count; i++) {
        const struct template_part *part = &text_template->parts[i];
        if (part->kind == PART_PLAIN)
            length += part->length;
        else if (part->kind == PART_COLUMN)
            length += part->use == TEMPLATE_URL ? encoded_length(row_value(part, values)) : strlen(row_value(part, values));
        else
            length += write_number(number_of(part, values), number);
    }
    return length;
}

size_t text_template_write(const struct text_template *text_template, const struct template_values *values, char *out)
{
    char *at = out;
    for (size_t i = 0; i < text_template->part_count; i++) {
        const struct template_part *part = &text_template->parts[i];
        if (part->kind == PART_PLAIN) {
            at += write_plain(text_template->plain.data + part->begin, part->length, at);
        } else if (part->kind == PART_COLUMN) {
            const char *value = row_value(part, values);
            size_t length = strlen(value);
            at += part->use == TEMPLATE_URL ? write_encoded(value, length, at) : write_plain(value, length, at);
        } else {
            at += write_number(number_of(part, values), at);
        }
    }
    return (size_t)(at - out);
}

void text_template_escape(const char *text, size_t length, struct buffer *out)
{
    const char *end = text + length;
    const char *plain = text;
    struct variable variable;
    for (const char *at = text; at < end; at++) {
        if (!read_variable(at, end, &variable))
            continue;
        (void)buffer_append(out, plain, (size_t)(at - plain));
        (void)buffer_append_character(out, '\\');
        plain = at;
    }
    (void)buffer_append(out, plain, (size_t)(end - plain));
}

void text_template_encode(const char *text, struct buffer *out)
{
    const char *end = text + strlen(text);
    struct variable variable;
    char encoded[ENCODED_LENGTH];
    while (text < end) {
        bool is_variable = read_variable(text, end, &variable);
        size_t length = is_variable ? variable.length : 1;
        if (is_variable) {
            (void)buffer_append(out, text, length);
        } else {
            text += is_escape(text, end) ? 1 : 0;
            (void)buffer_append(out, encoded, write_encoded(text, 1, encoded));
        }
        text += length;
    }
}

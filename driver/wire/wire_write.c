/* Structs to JSON. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base64.h"
#include "common/histogram.h"
#include "driver/wire/wire_field.h"

#define HISTOGRAM_MAXIMUM ((size_t)1024 * 1024) /* of all its buckets filled: 22,528 times at most 11 bytes */

void wire_write_text(const char *value, struct buffer *text)
{
    AUTO_JSON cJSON *node = cJSON_CreateObject();
    json_set_text(node, "", value);
    AUTO_FREE char *printed = json_print(cJSON_GetObjectItemCaseSensitive(node, ""));
    (void)buffer_append_text(text, printed);
}

static uint64_t unsigned_at(const void *place, size_t size)
{
    uint8_t byte = 0;
    uint16_t word = 0;
    uint32_t number = 0;
    uint64_t large = 0;
    switch (size) {
    case sizeof byte:
        memcpy(&byte, place, size);
        return byte;
    case sizeof word:
        memcpy(&word, place, size);
        return word;
    case sizeof number:
        memcpy(&number, place, size);
        return number;
    default:
        memcpy(&large, place, sizeof large);
        return large;
    }
}

static int64_t signed_at(const void *place, size_t size)
{
    int32_t number = 0;
    int64_t large = 0;
    if (size == sizeof number) {
        memcpy(&number, place, size);
        return number;
    }
    memcpy(&large, place, sizeof large);
    return large;
}

static void write_whole(const struct wire_field *field, const void *place, struct buffer *text)
{
    if (field->minimum < 0)
        (void)buffer_append_format(text, "%" PRId64, signed_at(place, field->size));
    else
        (void)buffer_append_format(text, "%" PRIu64, unsigned_at(place, field->size));
}

static void write_histogram(const struct histogram *histogram, struct buffer *text)
{
    AUTO_BUFFER struct buffer bytes = {0};
    buffer_init(&bytes, HISTOGRAM_MAXIMUM);
    if (histogram->total > 0)
        (void)histogram_encode(histogram, &bytes);
    AUTO_FREE char *encoded = base64_encode(bytes.data, bytes.length);
    (void)buffer_append_format(text, "\"%s\"", encoded);
}

static void write_counts(const struct wire_field *field, const uint64_t *counts, struct buffer *text)
{
    const char *before = "{";
    for (unsigned i = 0; i < field->size / sizeof *counts; i++) {
        if (counts[i] == 0)
            continue;
        (void)buffer_append_format(text, "%s\"%s\":%" PRIu64, before, field->word(i), counts[i]);
        before = ",";
    }
    (void)buffer_append_text(text, before[0] == '{' ? "{}" : "}");
}

static void write_numbers(const uint32_t *numbers, size_t count, struct buffer *text)
{
    if (numbers == NULL) {
        (void)buffer_append_text(text, "null");
        return;
    }
    for (size_t i = 0; i < count; i++)
        (void)buffer_append_format(text, "%s%" PRIu32, i == 0 ? "[" : ",", numbers[i]);
    (void)buffer_append_text(text, count == 0 ? "[]" : "]");
}

static void write_structs(const struct wire_table *table, const char *first, size_t count, struct buffer *text)
{
    (void)buffer_append_text(text, "[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            (void)buffer_append_text(text, ",");
        wire_write(table, first + i * table->size, text);
    }
    (void)buffer_append_text(text, "]");
}

static const void *pointer_at(const void *place)
{
    const void *pointer = NULL;
    memcpy(&pointer, place, sizeof pointer);
    return pointer;
}

static void write_text_at(const char *value, struct buffer *text)
{
    if (value == NULL)
        (void)buffer_append_text(text, "null");
    else
        wire_write_text(value, text);
}

static void write_bytes(const char *bytes, size_t length, struct buffer *text)
{
    if (bytes == NULL) {
        (void)buffer_append_text(text, "null");
        return;
    }
    AUTO_FREE char *encoded = base64_encode(bytes, length);
    (void)buffer_append_text(text, "\"");
    (void)buffer_append_text(text, encoded);
    (void)buffer_append_text(text, "\"");
}

static void write_value(const struct wire_field *field, const char *from, struct buffer *text)
{
    const void *place = from + field->offset;
    size_t count = field->count_offset > 0 ? (size_t)unsigned_at(from + field->count_offset, sizeof count) : 0;
    double decimal = 0;
    switch (field->kind) {
    case WIRE_BOOLEAN:
        (void)buffer_append_text(text, unsigned_at(place, field->size) != 0 ? "true" : "false");
        break;
    case WIRE_WHOLE:
        write_whole(field, place, text);
        break;
    case WIRE_DECIMAL:
        memcpy(&decimal, place, sizeof decimal);
        (void)buffer_append_format(text, "%.17g", decimal);
        break;
    case WIRE_MOMENT:
        (void)buffer_append_format(text, "\"%" PRId64 "\"", signed_at(place, sizeof(int64_t)));
        break;
    case WIRE_CHOICE:
        (void)buffer_append_format(text, "\"%s\"", field->word((unsigned)unsigned_at(place, field->size)));
        break;
    case WIRE_TEXT:
    case WIRE_TEXT_OR_NULL:
        write_text_at(pointer_at(place), text);
        break;
    case WIRE_BYTES:
        write_bytes(pointer_at(place), count, text);
        break;
    case WIRE_NAME:
        wire_write_text(place, text);
        break;
    case WIRE_HISTOGRAM:
        write_histogram(place, text);
        break;
    case WIRE_COUNTS:
        write_counts(field, place, text);
        break;
    case WIRE_NUMBERS:
        write_numbers(pointer_at(place), count, text);
        break;
    case WIRE_OBJECT:
        wire_write(field->table, place, text);
        break;
    case WIRE_ARRAY:
        write_structs(field->table, pointer_at(place), count, text);
        break;
    case WIRE_PLACES:
        write_structs(field->table, place, count, text);
        break;
    }
}

void wire_write(const struct wire_table *table, const void *from, struct buffer *text)
{
    for (size_t i = 0; i < table->field_count; i++) {
        (void)buffer_append_format(text, "%s\"%s\":", i == 0 ? "{" : ",", table->fields[i].name);
        write_value(&table->fields[i], from, text);
    }
    (void)buffer_append_text(text, "}");
}

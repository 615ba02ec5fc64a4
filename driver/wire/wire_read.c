/* JSON to structs. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base64.h"
#include "common/histogram.h"
#include "driver/wire/wire_field.h"

static int expected(const struct wire_field *field, struct error *error, const char *what)
{
    return error_set(error, "%s: expected %s", field->name, what);
}

static void store_whole(void *place, size_t size, double value)
{
    uint64_t large = value < 0 ? (uint64_t)(int64_t)value : (uint64_t)value;
    uint32_t number = (uint32_t)large;
    uint16_t word = (uint16_t)large;
    uint8_t byte = (uint8_t)large;
    const void *from = size == sizeof byte     ? &byte
                       : size == sizeof word   ? &word
                       : size == sizeof number ? &number
                                               : (void *)&large;
    memcpy(place, from, size);
}

static int read_whole(const struct wire_field *field, const cJSON *node, void *place, struct error *error)
{
    double maximum = field->maximum > 0 ? field->maximum : WIRE_MOST_WHOLE;
    if (!cJSON_IsNumber(node) || !(node->valuedouble >= field->minimum && node->valuedouble <= maximum) ||
        floor(node->valuedouble) != node->valuedouble)
        return error_set(error, "%s: expected a whole number from %.0f to %.0f", field->name, field->minimum, maximum);
    store_whole(place, field->size, node->valuedouble);
    return 0;
}

static int read_decimal(const struct wire_field *field, const cJSON *node, void *place, struct error *error)
{
    if (!cJSON_IsNumber(node) || !(node->valuedouble >= field->minimum && node->valuedouble <= field->maximum))
        return error_set(error, "%s: expected a number from %g to %g", field->name, field->minimum, field->maximum);
    memcpy(place, &node->valuedouble, sizeof node->valuedouble);
    return 0;
}

/* At most the year 2116, so that moments can be added and subtracted. */
static int read_moment(const struct wire_field *field, const cJSON *node, void *place, struct error *error)
{
    char *end = NULL;
    errno = 0;
    const char *text = json_text(node, "");
    long long moment = strtoll(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || moment > INT64_MAX / 2)
        return expected(field, error, "nanoseconds since 1970, as text");
    int64_t value = moment;
    memcpy(place, &value, sizeof value);
    return 0;
}

static int read_choice(const struct wire_field *field, const cJSON *node, void *place, struct error *error)
{
    const char *word = json_text(node, "");
    for (unsigned i = 0; i <= (unsigned)field->maximum; i++) {
        if (strcmp(word, field->word(i)) == 0) {
            store_whole(place, field->size, i);
            return 0;
        }
    }
    return error_set(error, "%s: expected %s%s%s and the like, not \"%.40s\"", field->name, field->word(0),
                     field->maximum > 0 ? ", " : "", field->maximum > 0 ? field->word(1) : "", word);
}

static int read_text(const struct wire_field *field, const cJSON *node, char **place, struct error *error)
{
    if (cJSON_IsNull(node) && field->kind == WIRE_TEXT_OR_NULL) {
        free(*place);
        *place = NULL;
        return 0;
    }
    if (!cJSON_IsString(node) || strlen(node->valuestring) > (size_t)field->maximum)
        return error_set(error, "%s: expected a text of at most %.0f bytes", field->name, field->maximum);
    free(*place);
    *place = memory_copy_text(node->valuestring);
    return 0;
}

static int read_bytes(const struct wire_field *field, const cJSON *node, char **place, size_t *length, struct error *error)
{
    free(*place);
    *place = NULL;
    *length = 0;
    if (cJSON_IsNull(node))
        return 0;
    if (!cJSON_IsString(node))
        return expected(field, error, "bytes as base64, or null");
    *place = base64_decode(node->valuestring, length, error);
    if (*place == NULL)
        return error_context(error, "%s", field->name);
    if (*length > (size_t)field->maximum)
        return error_set(error, "%s: expected at most %.0f bytes", field->name, field->maximum);
    return 0;
}

static int read_name(const struct wire_field *field, const cJSON *node, char *place, struct error *error)
{
    if (!cJSON_IsString(node) || strlen(node->valuestring) >= field->size)
        return error_set(error, "%s: expected a text of at most %zu bytes", field->name, field->size - 1);
    memset(place, 0, field->size);
    memcpy(place, node->valuestring, strlen(node->valuestring));
    return 0;
}

static int read_histogram(const struct wire_field *field, const cJSON *node, struct histogram *place, struct error *error)
{
    size_t length = 0;
    if (!cJSON_IsString(node))
        return expected(field, error, "a histogram as base64");
    if (node->valuestring[0] == '\0')
        return 0;
    AUTO_FREE char *bytes = base64_decode(node->valuestring, &length, error);
    if (bytes == NULL || histogram_decode(place, bytes, length, error) < 0)
        return error_context(error, "%s", field->name);
    return 0;
}

static int read_counts(const struct wire_field *field, const cJSON *node, uint64_t *counts, struct error *error)
{
    size_t places = field->size / sizeof *counts;
    const cJSON *member = NULL;
    if (!cJSON_IsObject(node))
        return expected(field, error, "an object of numbers");
    cJSON_ArrayForEach (member, node) {
        unsigned place = 0;
        const struct wire_field count = {.name = member->string, .size = sizeof *counts};
        while (place < places && strcmp(field->word(place), member->string) != 0)
            place++;
        if (place == places)
            return error_set(error, "%s: there is no \"%.40s\"", field->name, member->string);
        if (read_whole(&count, member, &counts[place], error) < 0)
            return error_context(error, "%s", field->name);
    }
    return 0;
}

static int read_numbers(const struct wire_field *field, const cJSON *node, uint32_t **numbers, size_t count, struct error *error)
{
    if (cJSON_IsNull(node))
        return 0;
    if (!cJSON_IsArray(node) || (size_t)cJSON_GetArraySize(node) != count)
        return error_set(error, "%s: expected %zu whole numbers", field->name, count);
    free(*numbers);
    *numbers = memory_allocate(count, sizeof **numbers);
    const struct wire_field number = {
        .name = field->name, .size = sizeof **numbers, .minimum = field->minimum, .maximum = field->maximum};
    const cJSON *member = NULL;
    size_t place = 0;
    cJSON_ArrayForEach (member, node) {
        if (read_whole(&number, member, &(*numbers)[place++], error) < 0)
            return -1;
    }
    return 0;
}

/* *count grows with what is filled, so that the struct can be released at any moment. */
static int read_structs(const struct wire_field *field, const cJSON *node, char *first, size_t *count, struct error *error)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, node) {
        char *place = first + *count * field->table->size;
        (*count)++;
        if (wire_read(field->table, member, place, error) < 0)
            return error_context(error, "%s[%zu]", field->name, *count - 1);
    }
    return 0;
}

static int read_array(const struct wire_field *field, const cJSON *node, void *place, size_t *count, struct error *error)
{
    void *first = place;
    size_t length = cJSON_IsArray(node) ? (size_t)cJSON_GetArraySize(node) : 0;
    if (!cJSON_IsArray(node) || (double)length < field->minimum || (double)length > field->maximum)
        return error_set(error, "%s: expected a list of %.0f to %.0f", field->name, field->minimum, field->maximum);
    *count = 0;
    if (length == 0)
        return 0;
    if (field->kind == WIRE_ARRAY) {
        first = memory_allocate(length, field->table->size);
        memcpy(place, &first, sizeof first);
    }
    return read_structs(field, node, first, count, error);
}

static int read_value(const struct wire_field *field, const cJSON *node, char *to, struct error *error)
{
    void *place = to + field->offset;
    void *count = to + field->count_offset;
    switch (field->kind) {
    case WIRE_BOOLEAN:
        if (!cJSON_IsBool(node))
            return expected(field, error, "true or false");
        store_whole(place, field->size, cJSON_IsTrue(node) ? 1 : 0);
        return 0;
    case WIRE_WHOLE:
        return read_whole(field, node, place, error);
    case WIRE_DECIMAL:
        return read_decimal(field, node, place, error);
    case WIRE_MOMENT:
        return read_moment(field, node, place, error);
    case WIRE_CHOICE:
        return read_choice(field, node, place, error);
    case WIRE_TEXT:
    case WIRE_TEXT_OR_NULL:
        return read_text(field, node, place, error);
    case WIRE_BYTES:
        return read_bytes(field, node, place, count, error);
    case WIRE_NAME:
        return read_name(field, node, place, error);
    case WIRE_HISTOGRAM:
        return read_histogram(field, node, place, error);
    case WIRE_COUNTS:
        return read_counts(field, node, place, error);
    case WIRE_NUMBERS:
        return read_numbers(field, node, place, *(size_t *)count, error);
    case WIRE_OBJECT:
        return wire_read(field->table, node, place, error) < 0 ? error_context(error, "%s", field->name) : 0;
    case WIRE_ARRAY:
    case WIRE_PLACES:
        return read_array(field, node, place, count, error);
    }
    return 0;
}

static size_t find_field(const struct wire_table *table, const char *name)
{
    size_t i = 0;
    while (i < table->field_count && strcmp(table->fields[i].name, name) != 0)
        i++;
    return i;
}

static int check_members(const struct wire_table *table, const cJSON *object, struct error *error)
{
    uint64_t seen = 0;
    const cJSON *member = NULL;
    if (!cJSON_IsObject(object))
        return error_set(error, "expected an object");
    cJSON_ArrayForEach (member, object) {
        size_t place = find_field(table, member->string);
        if (place == table->field_count)
            return error_set(error, "unknown field \"%.60s\"", member->string);
        if ((seen >> place & 1) != 0)
            return error_set(error, "%s: is there twice", member->string);
        seen |= UINT64_C(1) << place;
    }
    for (size_t i = 0; i < table->field_count; i++)
        if (table->fields[i].required && (seen >> i & 1) == 0)
            return error_set(error, "%s: is missing", table->fields[i].name);
    return 0;
}

int wire_read(const struct wire_table *table, const cJSON *object, void *to, struct error *error)
{
    if (table->prepare != NULL)
        table->prepare(to);
    if (check_members(table, object, error) < 0)
        return -1;
    for (size_t i = 0; i < table->field_count; i++) {
        const cJSON *node = cJSON_GetObjectItemCaseSensitive(object, table->fields[i].name);
        if (node != NULL && read_value(&table->fields[i], node, to, error) < 0)
            return -1;
    }
    return 0;
}

int wire_fail(const char *what, struct error *error)
{
    (void)error_context(error, "%s", what);
    for (char *at = error != NULL ? error->text : NULL; at != NULL && *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
    return -1;
}

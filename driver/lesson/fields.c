#include "driver/lesson/fields.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"
#include "common/memory.h"

int field_error(const struct field_reader *reader, const struct yaml_node *node, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE / 2];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(reader->error, "%s:%d:%d: %s", reader->file, node->line, node->column, text);
}

/* "a, b or c" */
static void join_words(const char *const *words, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; words[i] != NULL && length < size; i++) {
        const char *between = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";
        int added = snprintf(text + length, size - length, "%s%s", between, words[i]);
        length += added > 0 ? (size_t)added : 0;
    }
}

static const char *kind_name(enum yaml_kind kind)
{
    switch (kind) {
    case YAML_SCALAR:
        return "a single value";
    case YAML_MAPPING:
        return "a mapping (key: value)";
    case YAML_SEQUENCE:
        return "a list";
    }
    return "something else";
}

int field_mapping(const struct field_reader *reader, const struct yaml_node *node, const char *what, const char *const *known)
{
    if (node->kind != YAML_MAPPING)
        return field_error(reader, node, "%s: expected a mapping (key: value), not %s", what, kind_name(node->kind));
    for (size_t i = 0; i < node->count; i++) {
        size_t at = 0;
        while (known[at] != NULL && strcmp(known[at], node->keys[i]->text) != 0)
            at++;
        if (known[at] == NULL) {
            char words[300];
            join_words(known, words, sizeof words);
            return field_error(reader, node->keys[i], "%s: unknown field \"%.60s\", expected %s", what, node->keys[i]->text,
                               words);
        }
    }
    return 0;
}

int field_member(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, enum yaml_kind kind,
                 bool required, const struct yaml_node **member)
{
    *member = yaml_get(mapping, key);
    if (*member == NULL)
        return required ? field_error(reader, mapping, "%s is missing, expected %s", key, kind_name(kind)) : 0;
    if ((*member)->kind != kind)
        return field_error(reader, *member, "%s: expected %s, not %s", key, kind_name(kind), kind_name((*member)->kind));
    return 0;
}

int field_text(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, bool required, char **value)
{
    const struct yaml_node *member = NULL;
    if (field_member(reader, mapping, key, YAML_SCALAR, required, &member) < 0)
        return -1;
    if (member == NULL)
        return 0;
    if (member->text[0] == '\0' && required)
        return field_error(reader, member, "%s: expected a text, it is empty", key);
    free(*value);
    *value = memory_copy_text(member->text);
    return 0;
}

int field_duration(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, bool required,
                   int64_t minimum, int64_t maximum, int64_t *nanoseconds)
{
    const struct yaml_node *member = NULL;
    if (field_member(reader, mapping, key, YAML_SCALAR, required, &member) < 0)
        return -1;
    if (member == NULL)
        return 0;
    int64_t value = 0;
    struct error reason = ERROR_NONE;
    if (duration_parse(member->text, &value, &reason) < 0)
        return field_error(reader, member, "%s: %s", key, reason.text);
    if (value < minimum || value > maximum) {
        char least[DURATION_TEXT_SIZE];
        char most[DURATION_TEXT_SIZE];
        return field_error(reader, member, "%s: expected a duration from %s to %s, not \"%.40s\"", key,
                           duration_format(minimum, least), duration_format(maximum, most), member->text);
    }
    *nanoseconds = value;
    return 0;
}

int field_number(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, bool required,
                 double minimum, double maximum, double *value)
{
    const struct yaml_node *member = NULL;
    if (field_member(reader, mapping, key, YAML_SCALAR, required, &member) < 0)
        return -1;
    if (member == NULL)
        return 0;
    char *end = NULL;
    double number = strtod(member->text, &end);
    if (end == member->text || *end != '\0' || !isfinite(number) || number < minimum || number > maximum)
        return field_error(reader, member, "%s: expected a number from %g to %g, not \"%.40s\"", key, minimum, maximum,
                           member->text);
    *value = number;
    return 0;
}

int field_integer(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, bool required, int minimum,
                  int maximum, int *value)
{
    double number = *value;
    if (field_number(reader, mapping, key, required, minimum, maximum, &number) < 0)
        return -1;
    if (number != floor(number))
        return field_error(reader, yaml_get(mapping, key), "%s: expected a whole number, not %g", key, number);
    *value = (int)number;
    return 0;
}

int field_word(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, bool required,
               const char *const *words, int *index)
{
    const struct yaml_node *member = NULL;
    if (field_member(reader, mapping, key, YAML_SCALAR, required, &member) < 0)
        return -1;
    if (member == NULL)
        return 0;
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], member->text) == 0) {
            *index = i;
            return 0;
        }
    }
    char choices[300];
    join_words(words, choices, sizeof choices);
    return field_error(reader, member, "%s: expected %s, not \"%.60s\"", key, choices, member->text);
}

/*
 * Typed reading of the members of a YAML mapping. Every function returns 0, or -1 with
 * "file:line:column: member: expected ..., not ...". A missing member leaves the value as it is.
 */
#ifndef DRIVER_LESSON_FIELDS_H
#define DRIVER_LESSON_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/yaml.h"

struct field_reader {
    const char *file;
    struct error *error;
};

/* -1 with a message about a node. */
int field_error(const struct field_reader *reader, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The node must be a mapping whose keys are all among the known ones (NULL at the end). */
int field_mapping(const struct field_reader *reader, const struct yaml_node *node, const char *what, const char *const *known);

/* The member of a kind; *member is NULL when it is missing, which is an error when required. */
int field_member(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, enum yaml_kind kind,
                 bool required, const struct yaml_node **member);

/* Text: replaces *value (freed) by a copy. */
int field_text(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, bool required, char **value);
int field_duration(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, bool required,
                   int64_t minimum, int64_t maximum, int64_t *nanoseconds);
int field_number(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, bool required,
                 double minimum, double maximum, double *value);
int field_integer(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, bool required, int minimum,
                  int maximum, int *value);

/* One of the words (NULL at the end); *index is its place. */
int field_word(const struct field_reader *reader, const struct yaml_node *mapping, const char *key, bool required,
               const char *const *words, int *index);

#endif

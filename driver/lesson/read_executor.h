/*
 * The part of a lesson's load that says how many requests are sent and when: k6's executors.
 */
#ifndef DRIVER_LESSON_READ_EXECUTOR_H
#define DRIVER_LESSON_READ_EXECUTOR_H

#include "driver/lesson/fields.h"
#include "driver/load/spec.h"

#define EXECUTOR_FIELDS_MAXIMUM 16

/* Reads which executor it is. fields: the names of its own fields, NULL at the end. */
int lesson_read_executor(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec,
                         const char *fields[EXECUTOR_FIELDS_MAXIMUM]);

/* Reads those fields. */
int lesson_read_schedule(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec);

/* The list of stages, whose targets are at most highest. */
int lesson_read_stages(const struct field_reader *reader, const struct yaml_node *node, double highest, struct load_spec *spec);

/* The member `phase`, when it is there. */
int lesson_read_phase(const struct field_reader *reader, const struct yaml_node *node, char **phase);

/* Whether a text can be a phase or the key of a tag. */
bool lesson_is_label(const char *text);

#endif

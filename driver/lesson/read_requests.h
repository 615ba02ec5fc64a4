/*
 * The part of a lesson's load that says what is sent: one request, or a mix of several.
 */
#ifndef DRIVER_LESSON_READ_REQUESTS_H
#define DRIVER_LESSON_READ_REQUESTS_H

#include "driver/lesson/fields.h"
#include "driver/load/spec.h"

#define LOAD_REQUEST_FIELDS_MAXIMUM 16

/* The names of the fields that a load has for its requests; returns how many. With `requests` they are others than without. */
size_t lesson_load_request_fields(const struct yaml_node *node, const char *fields[LOAD_REQUEST_FIELDS_MAXIMUM]);

/* Reads those fields. */
int lesson_read_requests(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec);

/* What can be seen when the whole load is there. */
int lesson_check_requests(const struct field_reader *reader, const struct yaml_node *node, const struct load_spec *spec);

#endif

/*
 * The fields of one request in a lesson: of an entry of a load's `requests`, or of a load that has one request.
 */
#ifndef DRIVER_LESSON_READ_REQUEST_H
#define DRIVER_LESSON_READ_REQUEST_H

#include "driver/lesson/fields.h"
#include "driver/load/spec.h"

/* One request while it is read. */
struct request_reader {
    const struct field_reader *fields;
    const struct load_data *data; /* of the load */
    const struct load_spec *load; /* with what it says of all its requests; NULL = it is the load's only one */
};

/* All of them but name and weight. */
int lesson_read_request(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *request);

/* Some of them, for what a load says of all its requests. */
int lesson_read_url(const struct request_reader *reader, const struct yaml_node *node, char **url);
int lesson_read_headers(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *request);
int lesson_read_tags(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *request);
int lesson_read_checks(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *request);

/* A file beside the lesson, whose bytes the caller frees; NULL when it cannot be read. */
char *lesson_read_file(const struct field_reader *reader, const struct yaml_node *node, const char *what, size_t maximum,
                       size_t *length);

#endif

/*
 * How a load is sent, as a lesson says it: connections, TLS, which HTTP, pacing, threads.
 */
#ifndef DRIVER_LESSON_READ_SENDING_H
#define DRIVER_LESSON_READ_SENDING_H

#include "driver/lesson/fields.h"
#include "driver/load/spec.h"

/* The fields of a load that lesson_read_sending knows. */
#define LESSON_SENDING_FIELDS "connections", "pacing", "threads", "io", "tls", "http", "redirects", "dns"

/* After the executor and the URL. */
int lesson_read_sending(const struct field_reader *reader, const struct yaml_node *load, struct load_spec *spec);

#endif

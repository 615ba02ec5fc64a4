/*
 * One entry of a lesson's `load` list.
 */
#ifndef DRIVER_LESSON_READ_LOAD_H
#define DRIVER_LESSON_READ_LOAD_H

#include "driver/lesson/fields.h"
#include "driver/load/spec.h"

/* Fills an initialised spec; the caller releases it in every case. */
int lesson_read_load(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec);

#endif

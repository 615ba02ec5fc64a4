/*
 * A lesson's `generators`, and those of a variant, which replace single fields of it.
 */
#ifndef DRIVER_LESSON_READ_GENERATORS_H
#define DRIVER_LESSON_READ_GENERATORS_H

#include "driver/fleet/fleet_spec.h"
#include "driver/lesson/source.h"

/* Fills the initialised generators of a variant: first from the lesson's own `generators`, then from the variant's. */
int lesson_read_generators(const struct lesson_source *source, const struct yaml_node *variant, struct fleet_spec *generators);

#endif

/*
 * Whether a load's spec that came over the wire is one.
 */
#ifndef DRIVER_WIRE_WIRE_SPEC_H
#define DRIVER_WIRE_WIRE_SPEC_H

#include "common/error.h"
#include "driver/load/spec.h"

/* Whether an engine can run what was read: a load of requests, its URL, its stages, its texts. */
int wire_spec_check(const struct load_spec *spec, struct error *error);

#endif

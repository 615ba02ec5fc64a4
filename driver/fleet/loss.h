/*
 * How much of a load is missing when nobody sends it. Pure.
 */
#ifndef DRIVER_FLEET_LOSS_H
#define DRIVER_FLEET_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include "driver/load/spec.h"

/* How much of a load lies between two moments (nanoseconds since its start): requests of an open model, VU-seconds of a closed
 * one. */
double loss_amount(const struct load_spec *spec, int64_t from, int64_t until);

#endif

/*
 * What is missing of a load when a generator is lost. Pure.
 */
#ifndef DRIVER_FLEET_LOSS_H
#define DRIVER_FLEET_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include "driver/load/spec.h"

/* How much of a load lies between two moments (nanoseconds since its start): requests of an open model, VU-seconds of a closed
 * one. */
double loss_amount(const struct load_spec *spec, int64_t from, int64_t until);

/* What a generator with a share (0 to 1) of a load leaves undone: it had told of all until `told`, was lost at `lost`, and from
 * `taken_over` on others have its share (the load's end, when nobody has). */
struct loss {
    double unknown; /* between told and lost: may have been sent */
    double unsent;  /* after it */
    double whole;   /* of the load, to compare with */
};
struct loss loss_of(const struct load_spec *spec, double share, int64_t told, int64_t lost, int64_t taken_over);

#endif

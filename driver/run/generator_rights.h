/*
 * What the driver must be allowed for generators in pods: the one list that the check before a lesson asks for, and that
 * `hpalab rbac` prints.
 */
#ifndef DRIVER_RUN_GENERATOR_RIGHTS_H
#define DRIVER_RUN_GENERATOR_RIGHTS_H

#include "driver/fleet/fleet_spec.h"
#include "driver/preflight/preflight.h"

struct generator_right {
    struct preflight_need need; /* without a namespace: they are all in the generators' */
    const char *reason;
};

/* Of the generators' owner. */
const struct generator_right *generator_owner_right(enum fleet_kind kind);

/* Of what all generators have; NULL at the end. */
const struct generator_right *generator_common_right(size_t index);

#endif

/*
 * A variant until its load may begin: namespace, scale entries, observer, manifests, readiness, warm-up load, rest.
 */
#ifndef DRIVER_RUN_PREPARE_H
#define DRIVER_RUN_PREPARE_H

#include "driver/run/variant_state.h"

/* Ends as variant_wait does. */
int variant_prepare(struct variant_state *state, struct error *error);

#endif

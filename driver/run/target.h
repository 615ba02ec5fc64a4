/*
 * From a load of the lesson to one that can be started: where its Service answers, found through the API.
 */
#ifndef DRIVER_RUN_TARGET_H
#define DRIVER_RUN_TARGET_H

#include "driver/run/variant_state.h"

/* Finds the address and port that a load of requests connects to; an error when they do not answer from here. */
int variant_resolve_load(struct variant_state *state, const struct load_spec *spec, struct prepared_load *prepared,
                         struct error *error);

/* A load that connects there; the caller destroys it. */
struct load *variant_make_load(const struct variant_state *state, const struct load_spec *spec,
                               const struct prepared_load *prepared, struct load_sink sink, struct error *error);

#endif

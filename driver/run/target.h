/*
 * From a load of the lesson to one that can be started: where its Service answers, found through the API.
 */
#ifndef DRIVER_RUN_TARGET_H
#define DRIVER_RUN_TARGET_H

#include "driver/run/variant_state.h"

/* Finds the address and port that a load of requests connects to. */
int variant_resolve_load(const struct variant_state *state, const struct load_spec *spec, struct prepared_load *prepared,
                         struct error *error);

/* Whether they answer from here: tries for a second. What the API does not know is left to DNS, and said to answer. */
bool variant_is_reachable(struct variant_state *state, const struct load_spec *spec, const struct prepared_load *prepared);

/* A load that connects there; the caller destroys it. */
struct load *variant_make_load(const struct variant_state *state, const struct load_spec *spec,
                               const struct prepared_load *prepared, struct load_sink sink, struct error *error);

#endif

/*
 * The generators of a variant's loads in pods, where the lesson or the cluster wants them there (docs/generators.md).
 */
#ifndef DRIVER_RUN_GENERATORS_H
#define DRIVER_RUN_GENERATORS_H

#include "driver/run/variant_state.h"

/* Decides where the variant's requests come from, and where they are to be in pods, creates these and waits until all are
 * ready; else state->fleet stays NULL. STEP_DONE, STEP_STOPPED, or a fault that names who is missing and why. */
int generators_prepare(struct variant_state *state, struct error *error);

/* Takes results and forgets them. */
extern const struct load_sink discarding_sink;

/* Has them send one load, whose results are thrown away, to its end. */
int generators_warm_up(struct variant_state *state, const struct load_spec *spec, struct error *error);

/* Tells them the loads of requests. They begin with generators_start, at state->load_start. */
int generators_plan(struct variant_state *state, struct error *error);
int generators_start(struct variant_state *state, struct error *error);

/* Ends their load and removes them, unless the lesson keeps them. Harmless without any. */
void generators_end(struct variant_state *state);

#endif

/*
 * The steps of a lesson: what is done to the cluster at given moments of the measured run.
 */
#ifndef DRIVER_RUN_STEPS_H
#define DRIVER_RUN_STEPS_H

#include "driver/run/variant_state.h"

/* Reads the manifests of all steps, so that a mistake in them is told before anything starts. steps_release in every case. */
int steps_read(struct variant_state *state, struct error *error);
void steps_release(struct variant_state *state);

/* Does what is due and has not been done; each is recorded as a change of the resource "steps". A step that fails is a fault
 * of the run. */
int steps_perform(struct variant_state *state, struct error *error);

/* True when none is left. */
bool steps_are_done(const struct variant_state *state);

#endif

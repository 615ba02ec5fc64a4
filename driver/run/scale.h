/*
 * A variant's scale entries: Deployments that are scaled before its manifests are applied and put back after it.
 */
#ifndef DRIVER_RUN_SCALE_H
#define DRIVER_RUN_SCALE_H

#include "driver/run/variant_state.h"

/* Scales and waits for the pods; ends as variant_wait does. */
int scale_apply(struct variant_state *state, struct error *error);

/* Puts back what was changed; what fails becomes a note of the run. */
void scale_restore(struct variant_state *state);

/* Waits until what was put back is there, so that the next variant finds the cluster as this one did. */
void scale_wait_restored(struct variant_state *state);

#endif

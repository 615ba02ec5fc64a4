/*
 * A variant's scale entries: Deployments that are scaled before its manifests are applied and put back after it.
 */
#ifndef DRIVER_RUN_SCALE_H
#define DRIVER_RUN_SCALE_H

#include "driver/run/variant_state.h"

/* Scales and waits for the pods; what there was before is in the run by then, for undo_changes. Ends as variant_wait does. */
int scale_apply(struct variant_state *state, struct error *error);

/* Waits until what undo_changes put back is there, so that the next variant finds the cluster as this one did. */
void scale_wait_restored(struct variant_state *state);

#endif

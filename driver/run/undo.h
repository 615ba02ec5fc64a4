/*
 * Puts back what a variant has changed of objects that were there before it: an HPA, replicas.
 */
#ifndef DRIVER_RUN_UNDO_H
#define DRIVER_RUN_UNDO_H

#include "driver/run/variant_state.h"

/* Puts back everything that the run keeps; what cannot be becomes a note of the run that says how. */
void undo_changes(struct variant_state *state);

#endif

/*
 * What a variant changes of the HPA that it watches in a namespace that exists, for its own time alone.
 */
#ifndef DRIVER_RUN_LIVE_CHANGES_H
#define DRIVER_RUN_LIVE_CHANGES_H

#include "driver/run/variant_state.h"

/* Makes the variant's changes; what was there before is in the run by then. */
int live_changes_make(struct variant_state *state, struct error *error);

/* Puts everything back; what cannot be becomes a note of the run that says how. */
void live_changes_undo(struct variant_state *state);

#endif

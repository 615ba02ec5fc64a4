/*
 * What a variant changes of the HPA that it watches in a namespace that exists, for its own time alone.
 */
#ifndef DRIVER_RUN_LIVE_CHANGES_H
#define DRIVER_RUN_LIVE_CHANGES_H

#include "driver/run/variant_state.h"

/* Makes the variant's changes; what was there before is in the run by then, for undo_changes. */
int live_changes_make(struct variant_state *state, struct error *error);

#endif

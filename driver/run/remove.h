/*
 * Takes away what a variant made, and puts back what it changed.
 */
#ifndef DRIVER_RUN_REMOVE_H
#define DRIVER_RUN_REMOVE_H

#include "driver/run/variant_state.h"

/* goes_on: another variant follows, so that what was made must be gone before. What cannot be removed becomes a note of
 * the run. */
void variant_remove(struct variant_state *state, bool goes_on);

#endif

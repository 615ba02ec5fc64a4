/*
 * How the load is divided among generators that come and go. Private to this room; with the fleet's lock held, but for
 * rebalance_look.
 */
#ifndef DRIVER_FLEET_REBALANCE_H
#define DRIVER_FLEET_REBALANCE_H

#include "driver/fleet/fleet_state.h"

/* Whether the member has a part of the load in the last epoch. */
bool rebalance_has_share(const struct fleet *fleet, size_t place);

/* The end of the longest load, nanoseconds since the start. */
int64_t rebalance_end(const struct fleet *fleet);

/* Sees which generators have come and gone, and divides the rest anew. Asks generators, so no lock is held. */
void rebalance_look(struct fleet *fleet);

#endif

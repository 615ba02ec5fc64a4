/*
 * CPU on lease: one pod's share of a load, made of short leases that overlap, so that a few are always about to end and a
 * driver that is killed leaves none for long. Pure: the caller takes the leases that it is told of.
 */
#ifndef DRIVER_LOAD_LEASE_H
#define DRIVER_LOAD_LEASE_H

#include <stdint.h>

#define LEASE_SECONDS 3 /* of the longest */

/* What is leased for the coming seconds; zeroed before the first. */
struct leases {
    int64_t amounts[LEASE_SECONDS];
};

/* Forgets the second that has passed. */
void leases_pass_second(struct leases *leases);

/* What to lease now, for 1, 2 ... LEASE_SECONDS seconds, so that this second has the amount wanted (when it has not more
 * already: a lease cannot be taken back). */
void leases_plan(const struct leases *leases, int64_t wanted, int64_t plan[LEASE_SECONDS]);

/* A lease of an amount for so many seconds (1 to LEASE_SECONDS) was taken. */
void leases_take(struct leases *leases, int64_t amount, int seconds);

#endif

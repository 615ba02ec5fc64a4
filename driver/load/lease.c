#include "driver/load/lease.h"

#include <string.h>

void leases_pass_second(struct leases *leases)
{
    memmove(leases->amounts, leases->amounts + 1, (LEASE_SECONDS - 1) * sizeof leases->amounts[0]);
    leases->amounts[LEASE_SECONDS - 1] = 0;
}

/* A steady share renews one part of LEASE_SECONDS each second. What is missing beyond that part is new, and is spread over
 * the shorter leases, so that they end one after the other. */
void leases_plan(const struct leases *leases, int64_t wanted, int64_t plan[LEASE_SECONDS])
{
    int64_t missing = wanted > leases->amounts[0] ? wanted - leases->amounts[0] : 0;
    int64_t part = (wanted + LEASE_SECONDS - 1) / LEASE_SECONDS;
    for (int seconds = LEASE_SECONDS; seconds >= 1; seconds--) {
        int64_t amount = seconds == 1 || missing < part ? missing : part;
        plan[seconds - 1] = amount;
        missing -= amount;
    }
}

void leases_take(struct leases *leases, int64_t amount, int seconds)
{
    for (int second = 0; second < seconds; second++)
        leases->amounts[second] += amount;
}

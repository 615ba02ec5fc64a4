/*
 * A fleet with its load in the fake cluster, and what came out of it; for the tests of a fleet.
 */
#ifndef TESTS_UNIT_DRIVER_FLEET_FLEET_LAB_H
#define TESTS_UNIT_DRIVER_FLEET_FLEET_LAB_H

#include "common/clock.h"
#include "tests/unit/driver/fleet/fake_cluster.h"

#define SECOND NANOSECONDS_PER_SECOND
#define RATE 30
#define GENEROUS 60 /* seconds against hanging */

/* What came out of the fleet; to be read when it is stopped. */
struct seen {
    uint64_t planned[FAKE_SECONDS];
    uint64_t ok[FAKE_SECONDS];
    uint64_t of_part[FAKE_GENERATORS + 1];
    double target[FAKE_SECONDS];
    int64_t last_second;
    bool is_ordered;
    struct load_generator told[FAKE_GENERATORS + 1];
};

struct lab {
    struct fake_cluster cluster;
    struct seen seen;
    struct fleet_spec spec;
    struct load_spec load;
    struct fleet *fleet;
};

/* A fleet of so many generators, launched, for a constant rate of RATE; no pod is seen yet. */
struct lab *open_lab(int parallelism, enum fleet_kind kind, int seconds);
void close_lab(struct lab *lab);

/* The first ones are ready. */
void show_ready(struct lab *lab, size_t count);

/* Plans and starts the load. */
void begin(struct lab *lab);

/* Until the load is over; stops the fleet. */
void wait_until_finished(struct lab *lab);

/* Every second from first up to that one has been sent whole, and was to be. */
void expect_whole(const struct lab *lab, int first, int seconds);

#endif

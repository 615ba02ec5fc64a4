/*
 * A load whose results a test makes up.
 */
#ifndef TESTS_UNIT_DRIVER_LOAD_REPORT_FIXTURE_H
#define TESTS_UNIT_DRIVER_LOAD_REPORT_FIXTURE_H

#include "driver/load_report/load_total.h"

struct fixture {
    struct load_spec spec;
    struct load_totals *totals;
    struct load_sink sink;
};

/* A constant rate for 10 s; a request has 3 s. */
struct fixture *fixture_begin(double rate);
void fixture_end(struct fixture *fixture);

/* One second's tick: late ones were 20 ms late, the others half a millisecond. */
void fixture_give_tick(struct fixture *fixture, int64_t second, uint64_t planned, uint64_t late, uint64_t in_flight);

/* One second's answers: ok ones that took 1, 2, 3 ... ms (and a millisecond more from when they were due), and some of another
 * outcome. */
void fixture_give_row(struct fixture *fixture, int64_t second, int ok, enum load_outcome other, uint64_t others);

/* Two seconds, settled: 100 ok each, 5 times 503; one in each was late. */
struct fixture *fixture_example(void);

#endif

/*
 * A load in a test: its spec, and everything that it handed over.
 */
#ifndef TESTS_UNIT_DRIVER_LOAD_RESULTS_H
#define TESTS_UNIT_DRIVER_LOAD_RESULTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "driver/load/load.h"
#include "tests/support/fake_server.h"

#define RESULTS_TICKS 128
#define RESULTS_ROWS 256
#define RESULTS_EXEMPLARS 4096

struct results {
    uint64_t planned, sent, late, dropped; /* sums of the ticks */
    uint64_t outcomes[OUTCOME_COUNT];      /* sums of the rows, as what follows */
    uint64_t connections, bytes;
    struct histogram response, service, lateness;
    size_t tick_count;
    struct load_tick ticks[RESULTS_TICKS]; /* without their histograms, as the rows */
    size_t row_count;
    struct load_row rows[RESULTS_ROWS];
    size_t exemplar_count;
    struct load_exemplar exemplars[RESULTS_EXEMPLARS];
};

/* What the loads are sent by. */
extern enum load_transport results_transport;
extern enum load_io results_io;

/* Runs a group of tests over libcurl, and over the lean transport by epoll and, where the kernel has it, by io_uring. Returns how
 * many failed. */
#define results_run_over_all_ways(name, tests) results_run_groups(name, tests, sizeof(tests) / sizeof((tests)[0]))
int results_run_groups(const char *name, const struct CMUnitTest *tests, size_t count);

/* Sums up what it is given; context is the results. What is beyond the arrays is summed up and not kept. */
struct load_sink results_sink(struct results *results);
void results_release(struct results *results);

/* Every request that was planned has one outcome, and ticks and rows agree. */
void results_assert_complete(const struct results *results, uint64_t planned);

/* A constant rate against a path of 127.0.0.1:port. Release with load_spec_release. */
struct load_spec results_spec(int port, const char *path, double rate, int64_t duration);

/* Runs a load to its end within 30 s; fails the test otherwise. */
void results_run(const struct load_spec *spec, struct results *results);

/* The same against a fake server with that handler. */
void results_run_against(fake_handler *handler, void *context, struct load_spec *spec, struct results *results);

#endif

/*
 * A generator: one of several that send a load together, from its plan to the results (docs/generators.md). Thread-safe.
 *
 * Functions that answer a request return an HTTP status and, unless it is 200, an error.
 */
#ifndef DRIVER_GENERATOR_GENERATOR_H
#define DRIVER_GENERATOR_GENERATOR_H

#include <stdbool.h>

#include "common/buffer.h"
#include "common/error.h"
#include "driver/wire/wire_status.h"

#define GENERATOR_LOOK_INTERVAL INT64_C(20000000)  /* nanoseconds between two calls of generator_look */
#define GENERATOR_FETCH_GRACE INT64_C(20000000000) /* nanoseconds that results are kept for who fetches them, at the end */
#define GENERATOR_LAST_GRACE INT64_C(2000000000)   /* the same, once the last results have been given out */
#define GENERATOR_START_GRACE INT64_C(10000000)    /* nanoseconds that the first moment may be past */

struct generator;

/* part: the number that it has before there is a plan; 0 = none. */
struct generator *generator_create(unsigned part);
void generator_destroy(struct generator *generator); /* harmless on NULL; ends the load at once */

int generator_plan(struct generator *generator, const char *text, size_t length, struct error *error);
int generator_start(struct generator *generator, const char *text, size_t length, struct error *error);
int generator_results(struct generator *generator, uint64_t since, struct buffer *text, struct error *error);
void generator_stop(struct generator *generator);
void generator_tell(struct generator *generator, struct wire_status *status);

/* Appends what Prometheus scrapes. */
void generator_metrics(struct generator *generator, struct buffer *text);

/* It is to end: the load at once, or when its plan's drain says so; no plan and no start is taken any more. */
void generator_terminate(struct generator *generator);
bool generator_is_terminating(struct generator *generator);

/* To be called by one thread, GENERATOR_LOOK_INTERVAL after its last return: makes results ready, and notices what has ended and
 * whether this process was kept from running. */
void generator_look(struct generator *generator);

/* Whether it has been told to end, and nothing keeps it. */
bool generator_may_end(struct generator *generator);

#endif

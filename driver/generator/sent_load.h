/*
 * One load of the plan while it is sent: the engine, its totals, and where its results go.
 */
#ifndef DRIVER_GENERATOR_SENT_LOAD_H
#define DRIVER_GENERATOR_SENT_LOAD_H

#include "driver/generator/result_queue.h"
#include "driver/load_report/load_total.h"
#include "driver/wire/wire_plan.h"

struct sent_load;

struct sent_load_options {
    struct wire_load *plan; /* borrowed, as all here; its file names become those of the files that came with it */
    const struct epochs *epochs;
    int64_t first_epoch; /* before it nothing is sent, and nothing is told of it; nanoseconds since the start */
    struct result_queue *queue;
    size_t place; /* in the plan */
};

/* Looks the host's name up, unless the plan says where it is; this may take its time. */
struct sent_load *sent_load_create(const struct sent_load_options *options, struct error *error);
void sent_load_destroy(struct sent_load *load); /* harmless on NULL; ends it at once */

/* As load_start, load_stop and load_finished. */
int sent_load_start(struct sent_load *load, int64_t start_monotonic, struct error *error);
void sent_load_stop(struct sent_load *load);
bool sent_load_has_finished(const struct sent_load *load);

/* After it has finished: waits for its threads. Its totals stay. */
void sent_load_end(struct sent_load *load);

struct load_totals *sent_load_totals(struct sent_load *load);

/* p99 of the lateness in the last second in which something was sent, nanoseconds. */
int64_t sent_load_lag(const struct sent_load *load);

#endif

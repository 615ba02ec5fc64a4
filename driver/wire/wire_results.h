/*
 * What a generator's loads did, as JSON, exact: whole numbers stay whole, decimals come back bit by bit, histograms travel
 * as base64 of histogram_encode, so that what is merged after the journey is what would have been merged before it.
 *
 * Results come in batches with rising numbers. A batch has the results of one load: those of a second (its tick, and the
 * rows and exemplars that were handed over before it), or a part of them where they are many.
 */
#ifndef DRIVER_WIRE_WIRE_RESULTS_H
#define DRIVER_WIRE_WIRE_RESULTS_H

#include <stdbool.h>

#include "common/buffer.h"
#include "common/error.h"
#include "driver/load/result.h"

#define WIRE_RESULTS_MAXIMUM ((size_t)4 * 1024 * 1024) /* bytes of an answer's text */
#define WIRE_BATCH_MAXIMUM ((size_t)1024 * 1024)       /* bytes of a batch's text */
#define WIRE_BATCH_MOST 4096                           /* ticks, rows and exemplars of one batch, each */

struct wire_batch {
    uint64_t sequence; /* from 0 */
    size_t load;       /* place in the plan */
    size_t tick_count, row_count, exemplar_count;
    struct load_tick *ticks;
    struct load_row *rows;
    struct load_exemplar *exemplars;
};

void wire_batch_release(struct wire_batch *batch); /* harmless on a zeroed struct */

/* Appends the batch's text; -1 when it would pass the buffer's maximum. */
int wire_batch_write(const struct wire_batch *batch, struct buffer *text);

/* An answer to GET /v1/results?since=N. */
struct wire_results {
    unsigned part;
    uint64_t next; /* what to ask for since next: all below it has been given */
    uint64_t lost; /* batches that were thrown away before anybody asked for them, since the start */
    bool more;     /* there are batches beyond these */
    bool complete; /* the load is over and these are the last batches */
    size_t batch_count;
    struct wire_batch *batches; /* by rising sequence */
};

/* Appends the answer's text. batches: texts of wire_batch_write; results->batches is not looked at. */
int wire_results_write(const struct wire_results *results, const char *const *batches, size_t count, struct buffer *text);

/* Fills results, which the caller releases; all of it or nothing. load_count: loads of the plan. */
int wire_results_read(const char *text, size_t length, size_t load_count, struct wire_results *results, struct error *error);
void wire_results_release(struct wire_results *results); /* harmless on a zeroed struct */

#endif

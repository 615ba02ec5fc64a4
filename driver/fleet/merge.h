/*
 * The results of several generators as one stream: second by second, the rows and exemplars of all parts before their ticks,
 * each with its part. A second is handed on when every part that still sends has told of it, so that a slow reader of one
 * part mixes nothing up; nothing is added up here, since histograms merge exactly whenever somebody asks for the sum.
 *
 * One thread at a time.
 */
#ifndef DRIVER_FLEET_MERGE_H
#define DRIVER_FLEET_MERGE_H

#include "driver/load/load.h"
#include "driver/wire/wire_results.h"

struct merge;

/* specs: the loads in the plan's order, borrowed. The sink is called by merge_flush. */
struct merge *merge_create(const struct load_spec *const *specs, size_t load_count, const struct load_sink *sink);
void merge_destroy(struct merge *merge);

/* One more generator; its place (0, 1, ...) is its number in what follows, and its part is place + 1. */
size_t merge_add_part(struct merge *merge);

/* From a moment (nanoseconds since the start) on the part sends this share of the loads; rises from call to call. */
void merge_set_share(struct merge *merge, size_t place, int64_t from, double share);

/* Takes what the batches hold, and leaves them empty. */
void merge_take(struct merge *merge, size_t place, struct wire_batch *batches, size_t count);

/* Nothing more comes from the part: it is complete, or lost. */
void merge_end_part(struct merge *merge, size_t place);

/* Hands on what is whole. Of seconds that a part tells nothing of any more, the target is handed on alone. */
void merge_flush(struct merge *merge);

/* What the part has told of one load, whether handed on or not: requests that came due, and the end of the last second that it
 * told of, nanoseconds since the start. */
struct merge_told {
    uint64_t planned;
    int64_t until;
};
struct merge_told merge_told(const struct merge *merge, size_t place, size_t load);

/* The last second that was handed on for all; -1 = none. */
int64_t merge_second(const struct merge *merge);

#endif

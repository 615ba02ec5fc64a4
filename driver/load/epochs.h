/*
 * Parts of a load that one generator sends, one after the other: generators come and go, and from a moment on what is left of
 * the load is divided among others. An arrival belongs to the epoch in which it is due; as long as all generators know the same
 * epochs, each arrival has one owner. Virtual users are divided anew when an epoch begins.
 *
 * Epochs are only ever added, at the end. One thread adds; the threads that send look at them through an epoch_part of their
 * own each.
 */
#ifndef DRIVER_LOAD_EPOCHS_H
#define DRIVER_LOAD_EPOCHS_H

#include "driver/load/segment.h"

#define EPOCHS_MOST 512

struct epochs;

struct epochs *epochs_create(void);
void epochs_destroy(struct epochs *epochs); /* harmless on NULL */

/* From a moment on (nanoseconds since the load's start, later than that of the epoch before) the segment is the generator's
 * part. Before the first epoch nothing is. -1: not later, or too many; the segment is destroyed then. */
int epochs_add(struct epochs *epochs, int64_t from, struct segment *segment_take, struct error *error);

/* Nothing will be added any more: a generator without a share in the last epoch need not wait for another one. */
void epochs_close(struct epochs *epochs);

struct epoch_part;

/* What one of the generator's threads sends: an equal part of its segments. epochs outlives it. */
struct epoch_part *epoch_part_create(const struct epochs *epochs, size_t thread, size_t threads);
void epoch_part_destroy(struct epoch_part *part); /* harmless on NULL */

/* Takes in what has been added; false when nothing has. */
bool epoch_part_refresh(struct epoch_part *part);

/* Whether something may still be added, as far as was known at the last refresh. */
bool epoch_part_may_change(const struct epoch_part *part);

/* The segment in force at a moment; false before the first epoch. */
bool epoch_part_at(const struct epoch_part *part, int64_t moment, const struct segment **segment);

/* When the next epoch after a moment begins; INT64_MAX = there is none. */
int64_t epoch_part_next(const struct epoch_part *part, int64_t moment);

/* Whether nothing that is due at the moment or later is this part's, nor will be. */
bool epoch_part_is_over(const struct epoch_part *part, int64_t moment);

#endif

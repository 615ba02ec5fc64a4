/*
 * The results of a load's threads made into those of one: each hands its own over, and the caller's sink gets one tick for
 * each second, when all threads have had it, with the rows of that second and those before. The sink is called by one thread
 * at a time, whichever is the last to end a second.
 */
#ifndef DRIVER_LOAD_MERGE_H
#define DRIVER_LOAD_MERGE_H

#include "driver/load/load.h"

struct merge;

/* Of so many threads (at least 1). */
struct merge *merge_create(const struct load_spec *spec, size_t threads, const struct load_sink *sink);
void merge_destroy(struct merge *merge); /* harmless on NULL */

/* Where one of the threads hands its results over. */
struct load_sink merge_sink(struct merge *merge, size_t thread);

/* That thread has handed over everything; the last one to say so hands on what is left. */
void merge_end(struct merge *merge, size_t thread);

#endif

/*
 * The results of a load's threads made into those of one: each hands its own over, and the caller's sink gets one tick for
 * each second, when all threads have had it, with the rows of that second and those before. The sink is called by one thread
 * at a time, whichever is the last to end a second.
 */
#ifndef DRIVER_LOAD_RESULT_MERGE_H
#define DRIVER_LOAD_RESULT_MERGE_H

#include "driver/load/load.h"

struct result_merge;

/* Of so many threads (at least 1). */
struct result_merge *result_merge_create(const struct load_spec *spec, size_t threads, const struct load_sink *sink);
void result_merge_destroy(struct result_merge *merge); /* harmless on NULL */

/* Where one of the threads hands its results over. */
struct load_sink result_merge_sink(struct result_merge *merge, size_t thread);

/* That thread has handed over everything; the last one to say so hands on what is left. */
void result_merge_end(struct result_merge *merge, size_t thread);

#endif

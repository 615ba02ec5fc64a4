/*
 * Thresholds that end a variant's load when they fail (k6's abortOnFail): looks at what the loads hand over on its way to the
 * recorder.
 */
#ifndef DRIVER_RUN_ABORT_WATCH_H
#define DRIVER_RUN_ABORT_WATCH_H

#include "driver/lesson/lesson.h"
#include "driver/load/load.h"

struct abort_watch;

/* sink: where results go on to. The variant outlives the watch. */
struct abort_watch *abort_watch_create(const struct lesson_variant *variant, struct load_sink sink);
void abort_watch_destroy(struct abort_watch *watch); /* harmless on NULL; after the loads */

/* Where the loads hand their results over. */
struct load_sink abort_watch_sink(struct abort_watch *watch);

/* The first threshold that has failed by now (nanoseconds since the load's start), as it is written; NULL = none. One that has no
 * data has not failed. */
const char *abort_watch_failed(struct abort_watch *watch, int64_t now);

#endif

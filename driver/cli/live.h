/*
 * The live view of a run: one screen that redraws in place on a terminal, a plain line every 5 s elsewhere.
 */
#ifndef DRIVER_CLI_LIVE_H
#define DRIVER_CLI_LIVE_H

#include "driver/run/run.h"

struct live;

/* Looks at the environment: NO_COLOR, TERM=dumb and a standard output that is no terminal are respected. */
struct live *live_create(void);
void live_destroy(struct live *live); /* leaves the cursor below the view */

/* For struct run_options.progress; context is the struct live. */
void live_progress(void *live, const struct run_progress *progress);

#endif

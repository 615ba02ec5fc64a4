/*
 * k6's results put into a recorded run, as the load of the same time: all of them or nothing.
 */
#ifndef DRIVER_K6_IMPORT_H
#define DRIVER_K6_IMPORT_H

#include <stddef.h>

#include "common/error.h"

/* run: folder of a run whose only variant has no load of its own; k6 results that were put into it before are replaced.
 * files: of k6 processes that ran at the same time. What was left out, and what the files do not tell, becomes a note of the
 * run. */
int k6_import(const char *run, const char *const *files, size_t count, struct error *error);

#endif

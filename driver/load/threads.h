/*
 * How many threads a load is sent by.
 */
#ifndef DRIVER_LOAD_THREADS_H
#define DRIVER_LOAD_THREADS_H

#include <stddef.h>

#include "driver/load/spec.h"

/* As many as the spec says; where it leaves that open, as many as the load needs by its rate or its VUs, and as there are
 * cores. lean: it is sent by the lean transport. */
size_t load_thread_count(const struct load_spec *spec, bool lean);

#endif

/*
 * A run as time series: a sample a second, at the wall clock of the run, so that a graph shows what happened when it did.
 * docs/monitoring.md lists the names.
 */
#ifndef DRIVER_REMOTE_WRITE_RUN_SERIES_H
#define DRIVER_REMOTE_WRITE_RUN_SERIES_H

#include "driver/analyze/figures.h"
#include "driver/remote_write/time_series.h"

/* Adds the series of all variants; run is the label of that name. */
void run_series_make(const struct run_figures *figures, const char *run, struct time_series_set *set);

#endif

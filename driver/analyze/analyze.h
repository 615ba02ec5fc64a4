/*
 * From a run to its figures, as docs/analysis.md defines them.
 */
#ifndef DRIVER_ANALYZE_ANALYZE_H
#define DRIVER_ANALYZE_ANALYZE_H

#include "driver/analyze/figures.h"
#include "driver/store/run_store.h"

/* All figures of a run's variants; release with run_figures_destroy. */
struct run_figures *analyze_run(const struct run_store *store, struct error *error);

#endif

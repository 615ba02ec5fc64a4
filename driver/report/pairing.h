/*
 * Two runs as one set of variants, those of the same name side by side.
 */
#ifndef DRIVER_REPORT_PAIRING_H
#define DRIVER_REPORT_PAIRING_H

#include "driver/analyze/figures.h"

/* Borrows from both, which must outlive it; release with pairing_release alone. */
struct run_figures *pairing_make(const struct run_figures *left, const struct run_figures *right);
void pairing_release(struct run_figures *pairing);

#endif

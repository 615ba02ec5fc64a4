/*
 * A run's seconds as CSV (RFC 4180): one row a variant and second.
 */
#ifndef DRIVER_REPORT_CSV_H
#define DRIVER_REPORT_CSV_H

#include "common/buffer.h"
#include "driver/analyze/figures.h"

void csv_write(const struct run_figures *figures, struct buffer *output);

#endif

/*
 * The report for a terminal or a log: verdict, table, sparklines, expectations, conditions.
 */
#ifndef DRIVER_REPORT_TEXT_REPORT_H
#define DRIVER_REPORT_TEXT_REPORT_H

#include "common/buffer.h"
#include "driver/analyze/figures.h"
#include "driver/report/report.h"

void text_report_write(const struct run_figures *figures, const struct report_options *options, struct buffer *output);

#endif

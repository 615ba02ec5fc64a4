/*
 * The report as one HTML file that needs nothing else: styles, scripts, the chart library and the data are inside.
 */
#ifndef DRIVER_REPORT_HTML_H
#define DRIVER_REPORT_HTML_H

#include "common/buffer.h"
#include "driver/analyze/figures.h"
#include "driver/report/report.h"

void html_write(const struct run_figures *figures, const struct report_options *options, struct buffer *output);

/* Appends text with & < > " ' escaped, for elements and attributes. */
void html_escape(const char *text, struct buffer *output);

#endif

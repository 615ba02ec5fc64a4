/*
 * The requests of the loads and their checks, in the HTML report.
 */
#ifndef DRIVER_REPORT_HTML_REQUESTS_H
#define DRIVER_REPORT_HTML_REQUESTS_H

#include "common/buffer.h"
#include "driver/analyze/figures.h"

/* Nothing where no variant has several requests, checks or VUs. */
void html_write_requests(const struct run_figures *figures, struct buffer *output);

#endif

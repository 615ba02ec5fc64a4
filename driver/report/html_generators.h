/*
 * The section of the HTML report on the generators that sent the load; nothing when the driver did.
 */
#ifndef DRIVER_REPORT_HTML_GENERATORS_H
#define DRIVER_REPORT_HTML_GENERATORS_H

#include "common/buffer.h"
#include "driver/analyze/figures.h"

void html_write_generators(const struct run_figures *figures, struct buffer *output);

#endif

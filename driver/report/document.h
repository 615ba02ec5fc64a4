/*
 * A run's figures as one JSON document (docs/report.md describes it): what --format json prints, and the data inside
 * an HTML report.
 */
#ifndef DRIVER_REPORT_DOCUMENT_H
#define DRIVER_REPORT_DOCUMENT_H

#include "common/json.h"
#include "driver/analyze/figures.h"

/* spikes and events: most of them a variant (the worst spikes, the last events), 0 = all. The caller deletes it. */
cJSON *document_make(const struct run_figures *figures, size_t spikes, size_t events);

#endif

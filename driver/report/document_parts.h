/*
 * One variant of the JSON document.
 */
#ifndef DRIVER_REPORT_DOCUMENT_PARTS_H
#define DRIVER_REPORT_DOCUMENT_PARTS_H

#include "common/json.h"
#include "driver/analyze/figures.h"

cJSON *document_variant(const struct variant_figures *variant, size_t spikes, size_t events);

/* Its parts that tell of the cluster: pods, replicas, decisions, metric, anatomy, events, conditions. */
void document_add_cluster(cJSON *target, const struct variant_figures *variant, size_t events);

/* What its pods used, the memory that the HPA aims at, and the marks on the time axis. */
void document_add_usage(cJSON *target, const struct variant_figures *variant);

/* The generators that sent its load; an empty list when the driver did. */
void document_add_generators(cJSON *target, const struct variant_figures *variant);

/* Seconds with millisecond precision; null when not known. */
cJSON *document_seconds(int64_t nanoseconds);

/* Milliseconds with microsecond precision; null when not known. */
cJSON *document_milliseconds(int64_t nanoseconds);

/* A number with at most three decimals. */
cJSON *document_number(double value);

#endif

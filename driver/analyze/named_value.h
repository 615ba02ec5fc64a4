/*
 * The figures that expectations can name, and what they are worth in a variant.
 */
#ifndef DRIVER_ANALYZE_NAMED_VALUE_H
#define DRIVER_ANALYZE_NAMED_VALUE_H

#include "driver/analyze/figures.h"
#include "driver/metric/metric.h"

/* The value of a name ("spikes.booting.count"); -1 when there is no such figure. variant may be NULL, to ask whether
 * there is. */
int named_value(const char *name, const struct variant_figures *variant, struct named_value *value);

/* What the metrics of a variant are read from. */
struct metric_data variant_metrics(const struct variant_figures *variant);

/* The next name that exists, for hints; index from 0; false at the end. */
bool named_value_list(size_t index, char name[64]);

#endif

/*
 * What a run showed, in one sentence made from its figures.
 */
#ifndef DRIVER_ANALYZE_VERDICT_H
#define DRIVER_ANALYZE_VERDICT_H

#include "common/buffer.h"
#include "driver/analyze/figures.h"

/* Appends one clause a variant, joined to a sentence: "no-probe: 37 requests waited up to 11.8 s while 4 new pods
 * booted, 2 were lost; boot-probe: the longest took 610 ms and none was lost." Says what differs between the variants;
 * what they have in common is left out. */
void verdict_write(const struct variant_figures *variants, size_t count, struct buffer *sentence);

#endif

/*
 * Follows when the API was away: from the first watch that told of it to the moment at which every one that had is back.
 */
#ifndef DRIVER_ANALYZE_GAPS_H
#define DRIVER_ANALYZE_GAPS_H

#include "driver/analyze/figures.h"
#include "driver/analyze/texts.h"
#include "driver/observe/change.h"

#define GAPS_MOST_RESOURCES 32

struct gaps {
    struct figures_texts *texts; /* borrowed */
    size_t count;
    struct observation_gap *gaps;
    size_t away_count;
    const char *away[GAPS_MOST_RESOURCES]; /* resources that have not come back */
};

void gaps_release(struct gaps *gaps);

void gaps_see(struct gaps *gaps, int64_t time, const struct change *change);

/* Whether the API was away at a moment. */
bool gaps_hold(const struct gaps *gaps, int64_t time);

/* One line for people about a gap. */
const char *gaps_describe(struct figures_texts *texts, const struct variant_figures *variant, const struct observation_gap *gap);

#endif

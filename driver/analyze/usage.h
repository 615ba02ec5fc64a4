/*
 * Follows metrics.k8s.io: what the pods used, and what a request costs.
 */
#ifndef DRIVER_ANALYZE_USAGE_H
#define DRIVER_ANALYZE_USAGE_H

#include "driver/analyze/figures.h"
#include "driver/analyze/texts.h"
#include "driver/observe/change.h"

struct usage_sample {
    int64_t arrival;
    int64_t end; /* of its window: the sample's timestamp, whole seconds of the API's clock */
    int64_t window;
    const char *pod;
    double cores;
    double bytes; /* working set */
};

struct usage {
    struct figures_texts *texts; /* borrowed */
    int64_t started_wall;
    size_t count; /* one for each pod and timestamp, in order of arrival */
    struct usage_sample *samples;
};

void usage_release(struct usage *usage);
void usage_see(struct usage *usage, int64_t time, const struct change *change);

#endif

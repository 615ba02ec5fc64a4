/*
 * Follows what was done to the cluster while the run was measured: the lesson's steps, and the ends of Jobs.
 */
#ifndef DRIVER_ANALYZE_MARKS_H
#define DRIVER_ANALYZE_MARKS_H

#include "driver/analyze/figures.h"
#include "driver/analyze/texts.h"
#include "driver/observe/change.h"

struct marks {
    struct figures_texts *texts; /* borrowed */
    size_t count;
    struct mark *marks;
};

void marks_release(struct marks *marks);

void marks_see_step(struct marks *marks, int64_t time, const struct change *change);
void marks_see_job(struct marks *marks, int64_t time, const struct change *change);

#endif

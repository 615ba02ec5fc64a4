/*
 * Follows loads on a resource: what the pods together were to use in each second, and what they have accepted.
 */
#ifndef DRIVER_ANALYZE_GIVEN_H
#define DRIVER_ANALYZE_GIVEN_H

#include "driver/analyze/figures.h"
#include "driver/analyze/texts.h"

struct given {
    struct figures_texts *texts; /* borrowed */
    size_t count;                /* one for each load and second, in order of time */
    struct given_step *steps;
};

void given_release(struct given *given);
void given_see_share(struct given *given, const char *load, const struct load_share *share);

#endif

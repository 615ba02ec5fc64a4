/*
 * A spec of our own. Conditions and statuses of earlier syncs refer to metrics of the spec that was in force then, so
 * a copy is counted: it goes when nothing refers to it any more.
 */
#ifndef HPA_SPEC_COPY_H
#define HPA_SPEC_COPY_H

#include "hpa/hpa_spec.h"

struct spec_copy {
    struct hpa_spec spec; /* defaults filled in */
    size_t references;
};

/* A deep copy with one reference, which the caller owns. */
struct spec_copy *spec_copy_create(const struct hpa_spec *spec);

/* Makes *holder refer to copy (NULL: to nothing) and gives up what it referred to. */
void spec_copy_hold(struct spec_copy **holder, struct spec_copy *copy);

#endif

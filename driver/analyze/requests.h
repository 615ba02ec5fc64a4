/*
 * What was sent, by the names of the requests: sums, checks, and the parts of the results that expectations with labels ask
 * for. The loads are those that the run's description tells of.
 */
#ifndef DRIVER_ANALYZE_REQUESTS_H
#define DRIVER_ANALYZE_REQUESTS_H

#include "driver/analyze/figures.h"
#include "driver/analyze/texts.h"
#include "driver/load/spec.h"
#include "driver/metric/vus_range.h"
#include "driver/store/run_store.h"

struct requests {
    struct figures_texts *texts;     /* borrowed */
    struct variant_figures *figures; /* borrowed; its sums are filled as rows come */
    size_t load_count;
    struct load_spec *loads; /* names, tags and checks only */
    int64_t warm_up_until;   /* the latest second of the warm-up so far, plus 1 */
    struct vus_range vus;    /* of all loads and generators */
};

/* What loads and expectations there are. */
void requests_init(struct requests *requests, struct variant_figures *figures, struct figures_texts *texts,
                   const struct variant_description *description);
void requests_release(struct requests *requests);

void requests_see_tick(struct requests *requests, const char *load, const struct load_tick *tick);
void requests_see_row(struct requests *requests, const char *load, const struct load_row *row);

/* Percentiles of the sums. */
void requests_settle(struct requests *requests);

/* Frees what the figures hold of this. */
void requests_release_figures(struct variant_figures *figures);

#endif

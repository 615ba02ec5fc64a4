/*
 * The generators that sent a variant's load together: what each one did, and who was lost.
 */
#ifndef DRIVER_ANALYZE_GENERATORS_H
#define DRIVER_ANALYZE_GENERATORS_H

#include "driver/analyze/figures.h"
#include "driver/analyze/texts.h"
#include "driver/store/run_store.h"

/* Generators come before their results; results of a part that nobody told of are no generator's. */
void generators_see(struct variant_figures *figures, struct figures_texts *texts, const struct load_generator *generator);
void generators_see_tick(struct variant_figures *figures, const struct load_tick *tick);
void generators_see_row(struct variant_figures *figures, const struct load_row *row);

/* Sums up. The description has the variant's expectations. */
void generators_settle(struct variant_figures *figures, const struct variant_description *description);
void generators_release(struct variant_figures *figures);

#endif

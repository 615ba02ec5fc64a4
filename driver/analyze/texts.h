/*
 * The texts of a run's figures: kept once each, freed together.
 */
#ifndef DRIVER_ANALYZE_TEXTS_H
#define DRIVER_ANALYZE_TEXTS_H

struct figures_texts;

struct figures_texts *texts_create(void);
void texts_destroy(struct figures_texts *texts); /* harmless on NULL */

/* The kept copy of a text; NULL becomes "". Lives as long as the texts. */
const char *texts_keep(struct figures_texts *texts, const char *text);
const char *texts_format(struct figures_texts *texts, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

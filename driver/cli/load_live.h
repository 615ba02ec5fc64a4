/*
 * The live line of `hpalab load`: drawn over in place on a terminal, a plain line every 5 s elsewhere.
 */
#ifndef DRIVER_CLI_LOAD_LIVE_H
#define DRIVER_CLI_LOAD_LIVE_H

#include "driver/load_report/load_total.h"

struct load_live {
    bool in_place;
    int64_t drawn;    /* monotonic */
    int64_t duration; /* of the schedule */
};

struct load_live load_live_begin(const struct load_spec *spec, int64_t now);

/* Draws when it is time to. */
void load_live_show(struct load_live *live, struct load_totals *totals, int64_t elapsed, int64_t now);

/* Leaves an empty line in its place. */
void load_live_end(const struct load_live *live);

/* What the line says, in fewer than 80 columns; the figures are those of the last five whole seconds. */
#define LOAD_LIVE_SIZE 160
char *load_live_text(const struct load_total *total, int64_t elapsed, int64_t duration, char text[LOAD_LIVE_SIZE]);

#endif

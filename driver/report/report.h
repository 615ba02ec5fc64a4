/*
 * Figures for people and programs. Every function appends to a buffer; nothing is printed here.
 */
#ifndef DRIVER_REPORT_REPORT_H
#define DRIVER_REPORT_REPORT_H

#include <stdbool.h>

#include "common/buffer.h"
#include "driver/analyze/figures.h"

enum report_format { REPORT_HTML, REPORT_TEXT, REPORT_JSON, REPORT_CSV, REPORT_JUNIT };

struct report_options {
    bool color;          /* text: ANSI colours */
    int columns;         /* text: width, at least 60 */
    const char *command; /* that makes this report again */
};

int report_write(enum report_format format, const struct run_figures *figures, const struct report_options *options,
                 struct buffer *output, struct error *error);

/* Two runs side by side (their variants as columns), text or JSON or HTML. */
int report_compare(enum report_format format, const struct run_figures *left, const struct run_figures *right,
                   const struct report_options *options, struct buffer *output, struct error *error);

#endif

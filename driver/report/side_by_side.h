/*
 * The table that compares variants: a row a figure, a column a variant.
 */
#ifndef DRIVER_REPORT_SIDE_BY_SIDE_H
#define DRIVER_REPORT_SIDE_BY_SIDE_H

#include <stdbool.h>

#include "driver/analyze/figures.h"
#include "driver/report/number_text.h"

/* Which way is better. */
enum preference { PREFER_NONE, PREFER_LESS, PREFER_MORE };

struct side_cell {
    bool known;
    double value;
    char text[NUMBER_TEXT_SIZE]; /* "-" when it is not known */
    bool better;                 /* the best of its row, and not all are alike */
    double difference;           /* to the first column; NAN in it, or when one of the two is not known */
    double ratio;                /* to the first column; NAN also where one side has fewer than 20 samples */
};

struct side_row {
    const char *name; /* with its unit: "Response time p99 (ms)" */
    const char *key;  /* for programs: "response_p99_ms" */
    enum preference preference;
    struct side_cell *cells; /* one a variant */
};

struct side_table {
    size_t row_count;
    struct side_row *rows;
};

/* The rows that say something about these variants. */
void side_table_make(const struct variant_figures *variants, size_t count, struct side_table *table);
void side_table_release(struct side_table *table);

#endif

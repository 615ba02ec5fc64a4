/*
 * The generators of a variant as a table: a row each, and one of all together. The texts of the terminal's and the HTML report.
 */
#ifndef DRIVER_REPORT_GENERATOR_TABLE_H
#define DRIVER_REPORT_GENERATOR_TABLE_H

#include "driver/analyze/figures.h"

#define GENERATOR_CELL_SIZE 32

enum generator_column {
    GENERATOR_PART,
    GENERATOR_SHARE,
    GENERATOR_SENT,
    GENERATOR_RATE,
    GENERATOR_LATE,
    GENERATOR_LATENESS,
    GENERATOR_CPU,
    GENERATOR_MEMORY,
    GENERATOR_BEGAN,
    GENERATOR_COLUMNS
};

/* "part", "share", ... */
const char *generator_column_name(enum generator_column column);

/* A generator's cells; index generator_count = all together. */
void generator_table_row(const struct variant_figures *variant, size_t index, char cells[GENERATOR_COLUMNS][GENERATOR_CELL_SIZE]);

/* Why one was lost and what is missing, one line that the caller frees; NULL = it was not lost. */
char *generator_loss(const struct generator_figures *generator);

#endif

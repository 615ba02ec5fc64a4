/*
 * The requests of a variant's loads as a table, and what became of their checks. The texts of the terminal's and the HTML report.
 */
#ifndef DRIVER_REPORT_REQUEST_TABLE_H
#define DRIVER_REPORT_REQUEST_TABLE_H

#include "driver/analyze/figures.h"

#define REQUEST_CELL_SIZE 80

enum request_column {
    REQUEST_NAME,
    REQUEST_OK,
    REQUEST_LOST,
    REQUEST_DROPPED,
    REQUEST_P50,
    REQUEST_P99,
    REQUEST_MAXIMUM,
    REQUEST_CHECKS,
    REQUEST_COLUMNS
};

/* "request", "ok", ... */
const char *request_column_name(enum request_column column);

/* Whether there is anything to tell apart: several requests, or checks. */
bool request_table_is_wanted(const struct variant_figures *variant);

/* A request's cells. */
void request_table_row(const struct request_figures *request, char cells[REQUEST_COLUMNS][REQUEST_CELL_SIZE]);

/* "checkout: status is 200: 97 of 100": one line, which the caller frees. */
char *request_check_text(const struct request_figures *request, const struct check_figures *check);

/* "VUs: 1 to 20" where the variant has some, else NULL; the caller frees it. */
char *request_vus_text(const struct variant_figures *variant);

#endif

/*
 * The rows of a CSV file (RFC 4180) whose values go into requests: {csv:COLUMN}.
 */
#ifndef DRIVER_LOAD_DATA_ROWS_H
#define DRIVER_LOAD_DATA_ROWS_H

#include <stddef.h>

#include "common/error.h"

#define LOAD_MOST_DATA ((size_t)8 * 1024 * 1024) /* bytes of the file */
#define LOAD_MOST_COLUMNS 100

/* Which row a request takes its values from. */
enum load_row_order {
    ROWS_ROUND_ROBIN, /* each request of a mix goes round the rows by itself */
    ROWS_ITERATION,   /* row i mod N for iteration i, whichever request that is */
    ROWS_RANDOM       /* drawn by the load's seed */
};

/* A file that was read; all zero: there is none. */
struct load_data {
    enum load_row_order order;
    size_t column_count, row_count;
    char **columns; /* names */
    char **values;  /* row by row */
};

/* The first line names the columns. Values are one line each. Errors name the line. text: of that length, with a NUL behind it.
 */
int load_data_parse(const char *text, size_t length, struct load_data *data, struct error *error);
void load_data_release(struct load_data *data);

/* The column's place; column_count when there is none of that name. */
size_t load_data_column(const struct load_data *data, const char *name, size_t length);

#endif

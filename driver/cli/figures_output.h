/*
 * Reports of a stored run, to the terminal or a file.
 */
#ifndef DRIVER_CLI_FIGURES_OUTPUT_H
#define DRIVER_CLI_FIGURES_OUTPUT_H

#include "driver/analyze/figures.h"
#include "driver/report/report.h"

/* Reads the run at path (its folder or run.db) and works its figures out; NULL with an error. */
struct run_figures *figures_load(const char *path, struct error *error);

/* The format called name; -1 when there is none. */
int figures_format(const char *name, enum report_format *format);

/* Writes a report to a file, or to standard output when path is NULL (with colour and width as the terminal has). */
int figures_print(const struct run_figures *figures, enum report_format format, const char *path, struct error *error);

/* As figures_print, of two runs. */
int figures_print_comparison(const struct run_figures *left, const struct run_figures *right, enum report_format format,
                             const char *path, struct error *error);

#endif

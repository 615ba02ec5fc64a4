/*
 * The files that `hpalab load --out` writes; the name's ending chooses the format.
 */
#ifndef DRIVER_CLI_LOAD_OUTPUT_H
#define DRIVER_CLI_LOAD_OUTPUT_H

#include "driver/cli/cli.h"
#include "driver/load_report/load_report.h"

/* Whether each ending is known and each file can be written; -1 with the first that cannot. Nothing is written. */
int load_outputs_check(const struct cli_list *paths, struct error *error);

/* Writes them all, each anew or not at all; -1 with the first that failed. */
int load_outputs_write(const struct cli_list *paths, const struct load_report *report, struct error *error);

#endif

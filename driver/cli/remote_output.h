/*
 * `--out prometheus=URL`: a run's figures written to Prometheus.
 */
#ifndef DRIVER_CLI_REMOTE_OUTPUT_H
#define DRIVER_CLI_REMOTE_OUTPUT_H

#include "driver/analyze/figures.h"
#include "driver/cli/cli.h"

/* Sorts what --out was given: at most one folder and one prometheus=URL; NULL where there is none. -1 with one line. */
int remote_output_read(const struct cli_list *outputs, const char **folder, const char **url, struct error *error);

/* Writes the run; folder gives it its name. The bearer token, if there is one, is that of HPALAB_REMOTE_WRITE_TOKEN. */
int remote_output_write(const char *url, const char *folder, const struct run_figures *figures, struct error *error);

#endif

/*
 * How a load is sent, of the command line of `hpalab load`: pacing, connections, threads, which HTTP.
 */
#ifndef DRIVER_CLI_LOAD_SENDING_H
#define DRIVER_CLI_LOAD_SENDING_H

#include "driver/cli/load_arguments.h"

/* Fills the spec from the texts; -1 with one line that names the option. */
int load_sending_read(const struct load_texts *texts, struct load_spec *spec, struct error *error);

#endif

/*
 * The request's part of the command line of `hpalab load`: method, headers, body, TLS.
 */
#ifndef DRIVER_CLI_LOAD_REQUEST_H
#define DRIVER_CLI_LOAD_REQUEST_H

#include "driver/cli/load_arguments.h"

/* Fills the spec from the texts; -1 with one line that names the option. */
int load_request_read(const struct load_texts *texts, struct load_spec *spec, struct error *error);

#endif

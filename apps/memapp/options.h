/*
 * memapp's operands, flags and environment variables.
 */
#ifndef MEMAPP_OPTIONS_H
#define MEMAPP_OPTIONS_H

#include <stdint.h>
#include <stdio.h>

#include "common/error.h"
#include "common/settings.h"

/* Texts are borrowed from the arguments and the environment. */
struct options {
    const char *file;
    int64_t period; /* nanoseconds */
    const char *address;
    int64_t port;
    char pod_name[POD_NAME_MAXIMUM + 1];
    int mode;            /* enum map_mode */
    int64_t maximum_mib; /* of the file's size that counts */
};

/* As settings_read: the options are complete when request becomes SETTINGS_RUN. */
int options_read(int count, char *const *arguments, struct options *options, enum settings_request *request, struct error *error);

void options_print_help(FILE *stream);

#endif

/*
 * What the operator may choose: every flag has an environment variable, the flag wins, an empty variable counts as
 * unset. The table in options.c is the one list of them; --help is printed from it.
 */
#ifndef WEBAPP_OPTIONS_H
#define WEBAPP_OPTIONS_H

#include <stdint.h>
#include <stdio.h>

#include "common/error.h"

#define POD_NAME_MAXIMUM 253

/* What a client sees while the pod boots. */
enum boot_mode {
    BOOT_HANG,       /* connections are made and wait for their answer */
    BOOT_REFUSE,     /* connection refused */
    BOOT_UNAVAILABLE /* every answer is 503 */
};

/* What SIGTERM does. */
enum term_mode {
    TERM_DRAIN,         /* go on answering for the drain time, with Connection: close, then end */
    TERM_ABRUPT,        /* reset every connection and end */
    TERM_CLOSE_LISTENER /* accept nothing more, finish what is in flight, then end */
};

/* Times are nanoseconds. Texts are borrowed from the arguments and the environment. */
struct options {
    const char *address;
    int64_t port;
    char pod_name[POD_NAME_MAXIMUM + 1];
    int64_t boot;
    int boot_mode; /* enum boot_mode */
    int64_t boot_millicores;
    int64_t cache_entries;
    int64_t cache_cpu;
    int64_t cache_wait;
    int64_t request_cpu;
    int64_t request_wait;
    int term_mode; /* enum term_mode */
    int64_t drain;
    int64_t finish;
    int64_t connections;
    int64_t idle_timeout;
};

enum options_request { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION };

/* Reads the arguments (without the program's name) and the environment; count may be 0. Fills request with what was
 * asked for; the options are complete when it is OPTIONS_RUN. -1: the error names the flag, its variable and what was
 * expected. */
int options_read(int count, char *const *arguments, struct options *options, enum options_request *request, struct error *error);

void options_print_help(FILE *stream);

#endif

/*
 * webapp's flags and environment variables; the table in options.c is the one list of them.
 */
#ifndef WEBAPP_OPTIONS_H
#define WEBAPP_OPTIONS_H

#include <stdint.h>
#include <stdio.h>

#include "common/error.h"
#include "common/settings.h"

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
    int64_t hang_after; /* pages; 0 = never */
    int term_mode;      /* enum term_mode */
    int64_t drain;
    int64_t finish;
    int64_t connections;
    int64_t connection_requests; /* 0 = any number */
    int64_t idle_timeout;
};

/* As settings_read: the options are complete when request becomes SETTINGS_RUN. */
int options_read(int count, char *const *arguments, struct options *options, enum settings_request *request, struct error *error);

void options_print_help(FILE *stream);

#endif

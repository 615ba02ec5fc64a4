/*
 * What the command line of `hpalab load` says: a load, its thresholds, and where its results go.
 */
#ifndef DRIVER_CLI_LOAD_ARGUMENTS_H
#define DRIVER_CLI_LOAD_ARGUMENTS_H

#include <stdbool.h>

#include "driver/cli/cli.h"
#include "driver/load/spec.h"
#include "driver/load_report/load_history.h"

/* The options as they were written; NULL = not given. */
struct load_texts {
    const char *url, *rate, *vus, *pacing, *duration, *stages, *iterations, *think_time, *spacing, *method, *body, *timeout;
    const char *connections, *reuse, *threads, *http, *io, *redirects, *dns;
    const char *ca_file, *certificate_file, *key_file, *server_name, *delay_abort_eval;
    const char *data;
    const char *history, *history_keep;
    int insecure, abort_on_fail;
    struct cli_list headers, queries, checks, tags, thresholds, outputs, against_last;
};

struct load_arguments {
    struct load_spec spec;
    size_t threshold_count;
    struct threshold *thresholds;
    bool abort_on_fail;
    int64_t delay_abort_eval;            /* nanoseconds after the start; before, no threshold ends the load */
    struct load_history_options history; /* folder NULL: results are not kept */
};

/* Release with load_arguments_release, also after -1, which comes with one line that names the option. */
int load_arguments_read(const struct load_texts *texts, struct load_arguments *arguments, struct error *error);
void load_arguments_release(struct load_arguments *arguments);

#endif

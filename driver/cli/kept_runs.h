/*
 * Runs that still keep the original of something that they changed in a cluster: they were killed, or could not put it back.
 */
#ifndef DRIVER_CLI_KEPT_RUNS_H
#define DRIVER_CLI_KEPT_RUNS_H

#include <stdbool.h>
#include <stddef.h>

#include "driver/store/run_store.h"

struct kept_run {
    const char *folder;
    const char *context; /* where it was: a kubeconfig context */
    bool is_own_cluster; /* an embedded cluster that the run had started for itself */
    size_t count;        /* of what it keeps; 0 = nothing */
};

/* What an open run keeps. Texts are borrowed from the store and the caller. */
int kept_run_read(struct run_store *store, const char *folder, struct kept_run *run, struct error *error);

/* Every run under runs/ that keeps something, the newest first. A folder that holds no run is passed over. */
int kept_runs_visit(void (*visit)(void *context, const struct kept_run *run), void *context, struct error *error);

#endif

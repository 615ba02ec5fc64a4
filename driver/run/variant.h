/*
 * One variant of a run, from its namespace to its removal.
 */
#ifndef DRIVER_RUN_VARIANT_H
#define DRIVER_RUN_VARIANT_H

#include "driver/run/embedded.h"
#include "driver/run/run.h"
#include "driver/store/run_store.h"
#include "kube/kube.h"

/* What the variants of a run share. */
struct run_context {
    const struct run_options *options;
    struct kube_client *client;
    struct run_store *store;
    struct embedded *embedded; /* the run's own cluster; its pid is 0 on another target */
    int64_t started;           /* monotonic */
    const char *label;         /* value of the label hpalab/run of everything that the run makes */
    bool last;                 /* the variant is the last one, which keep leaves in place */
};

/* 0, 1 = stopped early, -1 = fault; as run_lesson. */
int variant_run(const struct run_context *context, size_t index, struct error *error);

#endif

/*
 * One run of a lesson: for each variant a namespace of its own, its objects applied, the load sent, the cluster
 * watched, everything recorded, and what was made taken away again. The only room that knows the others' order.
 */
#ifndef DRIVER_RUN_RUN_H
#define DRIVER_RUN_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "driver/lesson/lesson.h"
#include "driver/record/live_state.h"

enum run_phase {
    RUN_STARTING_CLUSTER,
    RUN_LOOKING,             /* at what is there, in a namespace that exists */
    RUN_APPLYING,            /* objects are being applied and become ready */
    RUN_STARTING_GENERATORS, /* pods that send the load become ready */
    RUN_WARMING_UP,
    RUN_WAITING, /* for the HPA's first metric */
    RUN_LOADING,
    RUN_SETTLING,
    RUN_CLEANING
};

/* Where a run is, for the live view. Texts are borrowed for the call. */
struct run_progress {
    enum run_phase phase;
    const char *lesson;
    const char *variant;   /* "" before the first */
    size_t variant_number; /* from 1; 0 before the first */
    size_t variant_count;
    int64_t elapsed;         /* of the load, nanoseconds; 0 before it */
    int64_t duration;        /* of the load, planned */
    int64_t run_elapsed;     /* since the run began */
    int64_t run_expected;    /* how long the whole run should take */
    const char *kubeconfig;  /* to type along; NULL = the user's own */
    const char *namespace;   /* of the variant; "" before the first */
    const char *service_url; /* of the first load, with its address; "" before it is known */
    struct live_view view;
};

struct run_options {
    const struct lesson *lesson;
    const char *target;         /* "embedded" or a kubeconfig context */
    const char *pace;           /* "quick" or "kubernetes" */
    const char *folder;         /* of the run; made here, must not hold a run */
    const char *cluster_folder; /* where the embedded cluster lives; it makes the folder, which must not exist */
    const char *command;        /* what was typed, for the record */
    bool keep;                  /* leave the cluster and the last variant's objects */
    const atomic_bool *stop;    /* becomes true when the user wants to end */
    /* Called as soon as the embedded cluster is up: one that is to stay can be found again even if this process is killed. */
    int (*cluster_is_up)(int pid, struct error *error);
    /* Called for each thing that keeps the lesson from working on the cluster, one line with its cure; NULL = not told. */
    void (*problem)(const char *text);
    void *context;
    void (*progress)(void *context, const struct run_progress *progress); /* about ten times a second */
};

/* Rough duration of the whole run, nanoseconds, for people. */
int64_t run_expected_duration(const struct lesson *lesson, const char *pace);

/* 0 = every variant ran to its end; 1 = ended early because *stop was set (what was recorded is kept and marked
 * incomplete; there may be nothing yet); -1 = a fault of the lab, also noted in the run, or
 * a cluster on which the lesson cannot work: nothing is made then, and nothing recorded. */
int run_lesson(const struct run_options *options, struct error *error);

#endif

/*
 * The embedded cluster as a target: starts the program labcluster that lies beside this one, waits until it is ready,
 * and ends it. From then on it is a cluster like any other: all that is known of it comes through its kubeconfig.
 */
#ifndef DRIVER_RUN_EMBEDDED_H
#define DRIVER_RUN_EMBEDDED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"

struct embedded_options {
    const char *folder;      /* made by labcluster, removed by it at its end */
    const char *pace;        /* "quick" or "kubernetes" */
    const char *nodes;       /* how many; NULL = labcluster's default, as with the two below */
    const char *node_cpu;    /* quantity */
    const char *node_memory; /* quantity */
    const char *controllers; /* which run, as labcluster's flag */
    bool outlive_driver;     /* stays when this process ends; else it ends with it, however that is */
    const atomic_bool *stop; /* the start is given up when it becomes true; NULL = never */
};

struct embedded {
    pid_t pid;        /* of the supervisor; 0 = none was started, -1 = it has ended */
    int lifeline;     /* labcluster ends when this is closed; -1 = outlives */
    char *kubeconfig; /* path */
};

/* Returns when the API answers; -1 when it does not within the deadline (nanoseconds from now), ends, or *stop is set. */
int embedded_start(const struct embedded_options *options, int64_t deadline, struct embedded *embedded, struct error *error);

/* True when a cluster that was started is no longer there, whatever ended it. */
bool embedded_has_ended(struct embedded *embedded);

/* Ends the cluster and waits (at most 20 s, then SIGKILL); harmless when it was never started. Keeps a cluster that was
 * started with outlive_driver running when keep is true. */
void embedded_stop(struct embedded *embedded, bool keep);

#endif

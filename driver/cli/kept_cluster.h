/*
 * The kept embedded cluster of `hpalab cluster up` and `hpalab run --keep`: one a user, in the state folder.
 */
#ifndef DRIVER_CLI_KEPT_CLUSTER_H
#define DRIVER_CLI_KEPT_CLUSTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/error.h"

struct kept_cluster {
    char *folder;     /* of the cluster */
    char *kubeconfig; /* path */
    char *pid_file;
    pid_t pid; /* 0 = none is up */
};

/* Finds out whether one is up. Release with kept_cluster_release. */
int kept_cluster_find(struct kept_cluster *cluster, struct error *error);
void kept_cluster_release(struct kept_cluster *cluster);

/* Remembers the process, with its start time, so that a number that was given to another process is not mistaken. */
int kept_cluster_remember(const struct kept_cluster *cluster, pid_t pid, struct error *error);

/* Says on standard output how to reach the one that is up, and how to end it. */
void kept_cluster_print(const struct kept_cluster *cluster);

/* Ends it and waits; 0 when none was up. */
int kept_cluster_end(struct kept_cluster *cluster, struct error *error);

#endif

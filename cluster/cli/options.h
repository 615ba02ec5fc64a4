/*
 * The command line of labcluster.
 */
#ifndef CLUSTER_CLI_OPTIONS_H
#define CLUSTER_CLI_OPTIONS_H

#include <stdint.h>

#include "cluster/api/periods.h"
#include "common/error.h"

/* Texts are the command line's own. */
struct cluster_options {
    const char *folder;
    const char *kubeconfig;  /* NULL: in the folder */
    const char *programs;    /* NULL: beside this program */
    const char *controllers; /* NULL: all */
    struct cluster_periods periods;
    uint16_t port; /* 0: the preferred one, or any */
    int node_count;
    int64_t node_cpu_millicores;
    int64_t node_memory_bytes;
    int lifeline; /* -1: none */
    int ready;    /* -1: none */
};

/* Prints what --help and --version ask for. 0 = filled in, 1 = the program is to end well, -1 = wrong, with the reason. */
int cluster_options_parse(int count, char **arguments, struct cluster_options *options, struct error *error);

#endif

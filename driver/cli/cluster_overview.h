/*
 * What is on a cluster, for people: its nodes and, for each namespace, how many pods are in which phase.
 */
#ifndef DRIVER_CLI_CLUSTER_OVERVIEW_H
#define DRIVER_CLI_CLUSTER_OVERVIEW_H

#include "common/error.h"

/* Prints it on standard output; -1 when the cluster of the kubeconfig does not answer. */
int cluster_overview_print(const char *kubeconfig, struct error *error);

#endif

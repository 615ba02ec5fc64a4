/*
 * The controllers of the embedded cluster on one thread: each follows the store, keeps a queue of keys (namespace/name)
 * and brings what is there to what is wanted: scheduler, namespace, service account, garbage collection, deployment, replicaset,
 * statefulset, persistent volumes, endpointslice, horizontal pod autoscaler. One file each.
 */
#ifndef CLUSTER_CONTROLLERS_CONTROLLERS_H
#define CLUSTER_CONTROLLERS_CONTROLLERS_H

#include "cluster/api/node_interface.h"
#include "cluster/api/periods.h"
#include "cluster/api/registry.h"

struct controllers_options {
    struct registry *registry;
    struct cluster_periods periods;
    struct node_interface node;        /* the HPA reads metrics through pod_metrics, as through metrics.k8s.io */
    const char *authority_certificate; /* PEM, for each namespace's kube-root-ca.crt; NULL = none is made */
    const char *controllers;           /* which of them run (choice.h); NULL = all */
};

struct controllers;

/* -1 when a list of controllers names one that is not there. */
int controllers_check(const char *list, struct error *error);

/* Starts the thread; options' objects outlive it. */
struct controllers *controllers_start(const struct controllers_options *options, struct error *error);
void controllers_stop(struct controllers *controllers);

#endif

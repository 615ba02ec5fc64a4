/*
 * Where the cluster is for a program that runs in one of its pods: what every pod is told by its environment, and the
 * files of its service account.
 */
#ifndef KUBE_IN_CLUSTER_H
#define KUBE_IN_CLUSTER_H

#include <stdbool.h>

#include "kube/kubeconfig.h"

/* The name that its context has. */
#define IN_CLUSTER_CONTEXT "in-cluster"

/* Whether this process runs in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are set. */
bool in_cluster(void);

/* Fills the configuration, with the token in a file that is kept fresh. The files are in
 * /var/run/secrets/kubernetes.io/serviceaccount; below the working directory first, which is a pod's root where pods have
 * no file system of their own. -1 with an error; release either way. */
int in_cluster_load(struct kubeconfig *config, struct error *error);

#endif

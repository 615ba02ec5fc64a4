/*
 * Each namespace gets its service account `default` and the ConfigMap kube-root-ca.crt, by which pods trust the API
 * server (what Kubernetes's serviceaccount and root-ca-cert-publisher controllers do).
 */
#ifndef CLUSTER_CONTROLLERS_SERVICE_ACCOUNT_H
#define CLUSTER_CONTROLLERS_SERVICE_ACCOUNT_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions service_account_functions;

#endif

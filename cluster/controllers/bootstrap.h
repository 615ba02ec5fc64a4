/*
 * The objects that every cluster has from the start, made once before (namespaces) and after (the rest) the server listens.
 */
#ifndef CLUSTER_CONTROLLERS_BOOTSTRAP_H
#define CLUSTER_CONTROLLERS_BOOTSTRAP_H

#include <stdint.h>

#include "cluster/api/registry.h"

/* default, kube-system, kube-public, kube-node-lease. */
int bootstrap_namespaces(struct registry *registry, struct error *error);

/* system-cluster-critical and system-node-critical. */
int bootstrap_priority_classes(struct registry *registry, struct error *error);

/* The ClusterRoles that a cluster starts with (cluster-admin, admin, edit, view, system:discovery, system:basic-user) and
 * the bindings that give the last two to everybody who is known, and all rights to system:masters. */
int bootstrap_roles(struct registry *registry, struct error *error);

/* Creates one object of the cluster's own from its JSON. */
int bootstrap_create(struct registry *registry, enum resource_id resource, const char *namespace, char *text_take,
                     struct error *error);

/* Service and EndpointSlice default/kubernetes: where the API server listens. */
int bootstrap_server(struct registry *registry, const char *address, uint16_t port, struct error *error);

/* Deployment kube-system/metrics-server: metrics are there while it has a ready pod. Its pod only waits to be ended
 * ("labcluster pause"); the work is done in labcluster itself. */
int bootstrap_metrics_server(struct registry *registry, struct error *error);

/* The StorageClass "standard", which claims get that name none, and who makes its volumes (volume_binder.h). */
#define VOLUME_PROVISIONER "hpalab/folder"
int bootstrap_storage_class(struct registry *registry, struct error *error);

#endif

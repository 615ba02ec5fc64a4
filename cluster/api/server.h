/*
 * The HTTP front: TLS, bearer token, paths, verbs, watches, tables, discovery, metrics.k8s.io. It turns requests into
 * calls of the registry, the store and the node interface, and their outcome into answers shaped like Kubernetes 1.36's.
 */
#ifndef CLUSTER_API_SERVER_H
#define CLUSTER_API_SERVER_H

#include <stdint.h>

#include "cluster/api/credentials.h"
#include "cluster/api/node_interface.h"
#include "cluster/api/registry.h"

#define SERVER_MAXIMUM_BODY (3 * 1024 * 1024)          /* as kube-apiserver limits a request */
#define SERVER_MAXIMUM_PROXIED_BODY (16 * 1024 * 1024) /* of what is passed on to a pod; kube-apiserver does not limit it */

struct server_options {
    const char *address; /* loopback */
    uint16_t port;       /* 0 = any free one */
    struct registry *registry;
    const struct credentials *credentials;
    struct node_interface node; /* functions may be NULL: 404 then */
};

struct server;

/* Listens and serves until server_stop; NULL with an error. Everything in options outlives the server. */
struct server *server_start(const struct server_options *options, struct error *error);
uint16_t server_port(const struct server *server);
void server_stop(struct server *server); /* ends watches, joins threads */

#endif

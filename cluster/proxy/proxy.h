/*
 * Service addresses to ready pods, as kube-proxy does it: listens on every Service's cluster IP and TCP port, takes a
 * random ready endpoint (none ready: one that is serving while it terminates) for each new connection, leaves connections
 * that exist where they are, and follows changes no faster than the minimum sync period: the first change after a quiet
 * time is applied at once, later ones wait until the period has passed since the last. No endpoint: connection refused
 * (the listener is closed). An endpoint that refuses: the client gets a reset.
 *
 * Runs on a thread of its own. Raises the process's soft limit of open files to the hard one: each connection takes two.
 */
#ifndef CLUSTER_PROXY_PROXY_H
#define CLUSTER_PROXY_PROXY_H

#include "cluster/api/periods.h"
#include "cluster/api/registry.h"

struct proxy;

/* registry is borrowed; the periods are copied. */
struct proxy *proxy_start(struct registry *registry, const struct cluster_periods *periods, struct error *error);

/* The same for who has a store alone. */
struct proxy *proxy_start_on_store(struct store *store, const struct cluster_periods *periods, struct error *error);

/* Resets every connection, joins. NULL is allowed. */
void proxy_stop(struct proxy *proxy);

#endif

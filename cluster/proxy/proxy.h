/*
 * Service addresses to ready pods, as kube-proxy does it: listens on every Service's cluster IP and port, takes a random
 * ready endpoint for each new TCP connection, leaves connections that exist where they are, and follows endpoint
 * changes no faster than the minimum sync period. No endpoint: connection refused (the listener is closed).
 */
#ifndef CLUSTER_PROXY_PROXY_H
#define CLUSTER_PROXY_PROXY_H

#include "cluster/api/periods.h"
#include "cluster/api/registry.h"

struct proxy;

struct proxy *proxy_start(struct registry *registry, const struct cluster_periods *periods, struct error *error);
void proxy_stop(struct proxy *proxy);

#endif

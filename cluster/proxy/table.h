/*
 * What Services and EndpointSlices say, as the proxy needs it: for each cluster IP and TCP port the addresses that take
 * its connections. A plain value made of a list of objects; no sockets.
 */
#ifndef CLUSTER_PROXY_TABLE_H
#define CLUSTER_PROXY_TABLE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "cluster/api/object.h"

struct table_row {
    struct sockaddr_in listen;
    char *name;                  /* "namespace/service:port", for logs */
    struct sockaddr_in *targets; /* in rising order, no two alike */
    size_t count;                /* 0 = refused */
};

struct table {
    struct table_row *rows; /* in rising order of listen */
    size_t count;
};

/* Targets are the ready endpoints; when a port has none, those that are serving while they terminate (as kube-proxy).
 * Left out: services without a loopback cluster IP, ports that are not TCP, addresses that are not IPv4, ports whose
 * endpoint is the cluster IP itself. */
void table_build(const struct object_list *services, const struct object_list *slices, struct table *table);
void table_release(struct table *table);
bool table_equal(const struct table *left, const struct table *right);

/* By address, then port; for sorting. */
int table_compare_addresses(const void *left, const void *right);

#endif

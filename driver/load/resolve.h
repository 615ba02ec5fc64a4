/*
 * Names of hosts.
 */
#ifndef DRIVER_LOAD_RESOLVE_H
#define DRIVER_LOAD_RESOLVE_H

#include <netinet/in.h>
#include <stddef.h>

#include "common/error.h"

/* The host's first IPv4 address as text; "" when it has IPv6 addresses alone. -1: it has none, or nobody knows. */
int load_resolve(const char *host, char address[INET_ADDRSTRLEN], struct error *error);

#define LOAD_MOST_ADDRESSES 64 /* of a host */

/* Looks up a host's IPv4 addresses; returns how many there are, 0 when it has none or nobody knows. */
typedef size_t load_resolver(void *context, const char *host, struct in_addr addresses[LOAD_MOST_ADDRESSES]);

/* By the system's resolver; context is not used. */
load_resolver load_resolve_all;

#endif

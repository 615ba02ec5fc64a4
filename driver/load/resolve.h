/*
 * Names of hosts.
 */
#ifndef DRIVER_LOAD_RESOLVE_H
#define DRIVER_LOAD_RESOLVE_H

#include <netinet/in.h>

#include "common/error.h"

/* The host's first IPv4 address as text; "" when it has IPv6 addresses alone. -1: it has none, or nobody knows. */
int load_resolve(const char *host, char address[INET_ADDRSTRLEN], struct error *error);

#endif

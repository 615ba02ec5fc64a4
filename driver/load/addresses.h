/*
 * The IPv4 addresses of a host, looked up anew from time to time on a thread of their own, and which of them a new connection
 * goes to. Used by all threads of a load.
 */
#ifndef DRIVER_LOAD_ADDRESSES_H
#define DRIVER_LOAD_ADDRESSES_H

#include <netinet/in.h>

#include "driver/load/resolve.h"
#include "driver/load/spec.h"

struct addresses;

/* Looks the host up; NULL when nobody knows an IPv4 address of it. resolve: NULL = the system's resolver. */
struct addresses *addresses_create(const char *host, const struct load_dns *dns, load_resolver *resolve, void *context);
void addresses_destroy(struct addresses *addresses); /* harmless on NULL */

/* For the next new connection. A look-up that fails leaves the addresses as they were. */
struct in_addr addresses_pick(struct addresses *addresses);

#endif

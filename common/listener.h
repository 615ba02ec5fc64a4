/*
 * A listening socket, in steps: bound (the port is ours, connections are refused), listening, closed.
 */
#ifndef COMMON_LISTENER_H
#define COMMON_LISTENER_H

#include <stdint.h>

#include "common/error.h"

/* A TCP socket bound to a numeric IPv4 or IPv6 address and a port (0: any free one); the caller closes it. -1: error. */
int listener_bind(const char *address, int64_t port, struct error *error);

/* The port that a bound socket has; -1 when it has none. */
int listener_port(int socket);

/* Starts listening: the kernel takes connections from now on, before anybody accepts them. 0 or -1. */
int listener_listen(int socket, struct error *error);

#endif

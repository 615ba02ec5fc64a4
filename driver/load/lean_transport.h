/*
 * Sends plain HTTP/1.1 requests over sockets of its own on the caller's epoll: one system call to send a request and one to
 * read its answer on a kept connection, nothing copied that is only counted.
 */
#ifndef DRIVER_LOAD_LEAN_TRANSPORT_H
#define DRIVER_LOAD_LEAN_TRANSPORT_H

#include "driver/load/transport.h"

/* Whether it can: http, an IPv4 address that is known, and a path that goes out as it is written. */
bool lean_transport_serves(const struct transport_options *options);

struct transport *lean_transport_create(const struct transport_options *options, struct error *error);

#endif

/*
 * The HTTP front: a thread for each connection (libmicrohttpd), so that a probe does not wait for a file that is being
 * mapped. Threads wait in the kernel: an idle server uses no CPU.
 */
#ifndef MEMAPP_SERVER_H
#define MEMAPP_SERVER_H

#include "apps/memapp/routes.h"
#include "common/error.h"

#define HEADERS_MAXIMUM ((size_t)8 * 1024) /* bytes of request line and headers; more: 431 */
#define BODY_MAXIMUM ((size_t)64 * 1024)   /* bytes of request body; more: 413 */

struct server;

/* Serves a listening socket, which the server owns from now on. pod is borrowed. NULL: error. */
struct server *server_create(const struct pod *pod, int listener_take, struct error *error) __attribute__((warn_unused_result));

/* Closes every connection and frees the server; waits for answers that are being made. */
void server_destroy(struct server *server);

#endif

/*
 * The HTTP front: a thread for each connection (libmicrohttpd), which reads the request, lets the routes answer it,
 * adds the pod's headers and counts it. Threads wait in the kernel: an idle server uses no CPU.
 */
#ifndef WEBAPP_SERVER_H
#define WEBAPP_SERVER_H

#include <stdint.h>

#include "apps/webapp/pod.h"
#include "common/error.h"

#define HEADERS_MAXIMUM ((size_t)8 * 1024) /* bytes of request line and headers; more: 431 */
#define BODY_MAXIMUM ((size_t)64 * 1024)   /* bytes of request body; more: 413 */

struct server;

/* Accepts from a listening socket, which the server owns from now on. pod is borrowed. NULL: error. */
struct server *server_create(struct pod *pod, int listener_take, struct error *error) __attribute__((warn_unused_result));

/* Closes the listening socket; connections that exist are served on. Once only. */
void server_stop_listening(struct server *server);

/* Waits until nothing is in flight: no request begun and not answered, no bytes unread. -1 when the deadline
 * (monotonic) comes first. */
int server_wait_idle(struct server *server, int64_t deadline);

/* Closes what is open and frees the server. To be called when it is idle: waits for requests in flight. */
void server_destroy(struct server *server);

#endif

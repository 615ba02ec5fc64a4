/*
 * Takes connections from the listening socket, no more at a time than allowed: the others wait in the kernel's queue,
 * as they do at a server whose workers are all busy, and are not turned away.
 */
#ifndef WEBAPP_ACCEPTOR_H
#define WEBAPP_ACCEPTOR_H

#include <stdint.h>
#include <sys/socket.h>

#include "apps/webapp/connections.h"

struct acceptor;

/* Serves one accepted socket, which it owns from now on; it has to note it in the connections before it returns. */
typedef void accept_handler(void *context, int socket_take, const struct sockaddr *peer, socklen_t length);

/* Accepts in a thread of its own while fewer than maximum connections are open. connections and context are borrowed until
 * acceptor_stop. NULL: no thread could be started; the listener is closed. */
struct acceptor *acceptor_start(int listener_take, struct connections *connections, int64_t maximum, accept_handler *handle,
                                void *context) __attribute__((warn_unused_result));

/* Closes the listening socket and frees the acceptor: nothing is accepted after the return. */
void acceptor_stop(struct acceptor *acceptor);

#endif

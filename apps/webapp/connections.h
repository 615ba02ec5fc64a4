/*
 * The open connections, so that the end of the process can look at them and cut them. Safe to use from many threads.
 */
#ifndef WEBAPP_CONNECTIONS_H
#define WEBAPP_CONNECTIONS_H

#include <stdbool.h>

struct connections;
struct open_connection;

struct connections *connections_create(void) __attribute__((warn_unused_result));

/* No connection may be left. */
void connections_destroy(struct connections *connections);

/* A socket has been accepted; borrowed until connections_remove, which must come before it is closed. */
struct open_connection *connections_add(struct connections *connections, int socket);
void connections_remove(struct connections *connections, struct open_connection *connection_take);

/* Bytes have arrived on some connection that nobody has read yet. */
bool connections_have_unread(struct connections *connections);

/* From now on closing a connection resets it: the peer sees an error, and what was not sent yet is lost. The
 * connections stay locked, since the process is to end next: nothing is added or removed any more. */
void connections_prepare_reset(struct connections *connections);

#endif

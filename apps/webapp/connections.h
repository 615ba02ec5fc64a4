/*
 * The open connections, so that the end of the process can look at them and cut them. Safe to use from many threads.
 */
#ifndef WEBAPP_CONNECTIONS_H
#define WEBAPP_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct connections;

/* Lives as long as the process. */
struct connections *connections_create(void) __attribute__((warn_unused_result));

/* Notes an accepted socket; borrowed until connections_remove. */
void connections_add(struct connections *connections, int socket);

/* Forgets it, before it is closed. Harmless when it is not there. */
void connections_remove(struct connections *connections, int socket);

/* Waits until fewer than maximum connections are open. False once connections_stop_waiting has been called. */
bool connections_wait_below(struct connections *connections, int64_t maximum);
void connections_stop_waiting(struct connections *connections);

/* Bytes have arrived on some connection that nobody has read yet. */
bool connections_have_unread(struct connections *connections);

/* From now on closing a connection resets it: the peer sees an error, and what was not sent yet is lost. The
 * connections stay locked, since the process is to end next: nothing is added or removed any more. */
void connections_prepare_reset(struct connections *connections);

#endif

/*
 * Pairs of TCP connections, client and backend, whose bytes are passed on both ways: half-closes as half-closes, resets
 * as resets, a slow reader slows the writer (at most RELAY_BLOCK bytes wait in each direction). For one thread.
 */
#ifndef CLUSTER_PROXY_RELAY_H
#define CLUSTER_PROXY_RELAY_H

#include <netinet/in.h>
#include <stddef.h>

#define RELAY_BLOCK (64u * 1024)

struct relay;

/* epoll: the set to which connections are added, each with a struct event_source as its pointer; borrowed. */
struct relay *relay_create(int epoll);

/* Resets every connection. */
void relay_destroy(struct relay *relay);

/* Takes the descriptor of an accepted, non-blocking client and connects it to the target. When that fails, now or later,
 * the client gets a reset. */
void relay_connect(struct relay *relay, int client_take, const struct sockaddr_in *target);

/* Frees connections that have ended. To be called after each round of events, not within. */
void relay_reap(struct relay *relay);

#endif

/*
 * The sockets that listen on cluster IPs: one for each row of the table that has targets. New connections get a random
 * target each. For one thread.
 */
#ifndef CLUSTER_PROXY_LISTENERS_H
#define CLUSTER_PROXY_LISTENERS_H

#include <stdbool.h>

#include "cluster/proxy/relay.h"
#include "cluster/proxy/table.h"

struct listeners;

/* epoll and relay are borrowed. */
struct listeners *listeners_create(int epoll, struct relay *relay);
void listeners_destroy(struct listeners *listeners);

/* Opens, closes and changes listeners to what the table says; borrows the table until the next call. Not to be called
 * while events are handled. False when an address could not be listened on (logged once while it lasts): try again. */
bool listeners_apply(struct listeners *listeners, const struct table *table);

#endif

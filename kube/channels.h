/*
 * Kept connections to one API server. Each exchange borrows one.
 */
#ifndef KUBE_CHANNELS_H
#define KUBE_CHANNELS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>

#include "kube/kubeconfig.h"

/* One kept connection: libcurl keeps it in the multi handle. */
struct channel {
    struct channel *next;
    CURL *easy;
    CURLM *multi;
};

struct channels {
    pthread_mutex_t mutex;
    struct channel *idle; /* guarded by mutex, as is what follows */
    size_t idle_count;
};

void channels_open(struct channels *channels);
void channels_close(struct channels *channels); /* every channel has been returned */

/* An idle channel, or a new one; it is the caller's until it is returned. Safe to call from many threads. */
struct channel *channel_take(struct channels *channels);

/* Its options are forgotten; the connection is kept, unless enough are. */
void channel_return(struct channels *channels, struct channel *channel);

/* How the channel connects: protocols, keep-alive, whom it trusts. A server on loopback is asked
 * without the environment's proxy. The configuration is borrowed until the channel is returned. */
void channel_set_connection(struct channel *channel, const struct kubeconfig *config, bool loopback);

/* As whom it connects: a client certificate and its key (PEM, borrowed until the channel is returned), or NULL. */
void channel_set_identity(struct channel *channel, const char *certificate, const char *key);

#endif

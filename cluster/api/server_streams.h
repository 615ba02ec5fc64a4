/*
 * Answers that go on: watches and followed logs, each on its connection's own thread.
 */
#ifndef CLUSTER_API_SERVER_STREAMS_H
#define CLUSTER_API_SERVER_STREAMS_H

#include <pthread.h>

#include <microhttpd.h>

#include "cluster/api/front.h"

struct streams {
    int stop_descriptor; /* readable from the moment the server stops */
    pthread_mutex_t lock;
    pthread_cond_t ended;
    unsigned count; /* on their way */
};

int streams_open(struct streams *streams, struct error *error);
void streams_close(struct streams *streams);

/* The response that sends answer->stream, which it takes; NULL when there is no memory for it. */
struct MHD_Response *streams_response(struct streams *streams, struct MHD_Connection *connection, struct answer *answer);

/* Every stream ends with what it has. */
void streams_end(struct streams *streams);

/* Lets the streams send their end, so that clients see a watch that is over and not a broken answer; waits half a second at
 * most. */
void streams_await_end(struct streams *streams);

#endif

/*
 * The connections of the lean transport: those that carry a request, in the order of their deadlines, and those that are
 * idle, for everybody or for one VU each. Opening and reading them is the transport's.
 */
#ifndef DRIVER_LOAD_LEAN_CONNECTIONS_H
#define DRIVER_LOAD_LEAN_CONNECTIONS_H

#include <netinet/in.h>

#include "driver/load/http_answer.h"
#include "driver/load/transport.h"

enum lean_state { LEAN_CLOSED, LEAN_IDLE, LEAN_CONNECTING, LEAN_SENDING, LEAN_RECEIVING, LEAN_CLOSING };

/* One connection and, unless it is idle, the request that it carries. */
struct lean_connection {
    enum lean_state state;
    int socket;
    struct sockaddr_in address;              /* that it goes to */
    uint32_t index, generation;              /* its place, and how often that was taken: together the epoll's token */
    struct lean_connection *next, *previous; /* among those in flight, by the time of sending; or the next closed or idle one */
    struct load_request carried;
    bool fresh;        /* made for this request */
    bool last;         /* it is closed after this request */
    uint64_t requests; /* sent on it, with this one */
    int64_t made;      /* since the start */
    char *request;
    size_t request_length, request_sent;
    unsigned pending; /* of io_uring: what the kernel has not ended yet, a bit each */
    bool answered;    /* of io_uring: its answer is complete, and not told yet */
    struct http_answer answer;
};

/* Those in flight whose requests have the same time: the oldest has the first deadline. */
struct lean_queue {
    int64_t timeout; /* nanoseconds */
    struct lean_connection *oldest, *newest;
};

struct lean_connections {
    const struct load_spec *spec; /* borrowed */
    size_t request_size;
    struct lean_connection **places; /* by their index */
    size_t count;
    struct lean_connection *closed, *idle; /* stacks */
    struct lean_connection **of_vus;       /* closed model: each VU's idle connection, instead of the stack; else NULL */
    size_t queue_count;
    struct lean_queue *queues; /* in flight: one for each timeout that there is */
    size_t *queue_of;          /* by request of the mix */
};

/* request_size: the most bytes of a request. */
void lean_connections_init(struct lean_connections *connections, const struct request_mix *mix, size_t request_size);

/* Closes them all. */
void lean_connections_release(struct lean_connections *connections);

/* An idle connection, of that VU if VUs have their own, or a closed one: its state says which. It carries nothing yet. */
struct lean_connection *lean_connections_take(struct lean_connections *connections, uint32_t vu);

/* It carries a request from now on, or no longer. */
void lean_connections_begin(struct lean_connections *connections, struct lean_connection *connection);
void lean_connections_end(struct lean_connections *connections, struct lean_connection *connection);

/* The one in flight whose deadline comes first, and that deadline since the start; NULL = there is none. */
struct lean_connection *lean_connections_first(const struct lean_connections *connections, int64_t *deadline);

/* What becomes of one that carries nothing: kept idle, or closed. */
void lean_connections_keep(struct lean_connections *connections, struct lean_connection *connection);
void lean_connections_close(struct lean_connections *connections, struct lean_connection *connection);

/* One that is idle is no longer. */
void lean_connections_forget_idle(struct lean_connections *connections, struct lean_connection *connection);

#endif

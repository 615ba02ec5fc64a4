/*
 * How the lean transport opens connections, sends on them and reads them: by epoll, or by io_uring where the kernel has it. What
 * becomes of a request is the transport's; it does not see which of the two works for it.
 */
#ifndef DRIVER_LOAD_LEAN_IO_H
#define DRIVER_LOAD_LEAN_IO_H

#include <netinet/in.h>

#include "driver/load/lean_connections.h"

struct lean_io;

struct lean_io_functions {
    void (*destroy)(struct lean_io *io); /* after drain, or when nothing was ever opened */
    /* Begins a connection, which sends its request when it is there; -1 when it cannot even begin. */
    int (*open)(struct lean_io *io, struct lean_connection *connection);
    /* Sends the request of a connection that was idle. */
    void (*send)(struct lean_io *io, struct lean_connection *connection);
    /* The connection carries nothing and is in no list: closes it, and gives it back to lean_connections_close. */
    void (*close)(struct lean_io *io, struct lean_connection *connection);
    void (*event)(struct lean_io *io, uint64_t token, uint32_t epoll_events); /* NULL = it waits by itself */
    void (*wait)(struct lean_io *io, int64_t longest);                        /* as transport_wait; NULL = the engine waits */
    void (*drain)(struct lean_io *io); /* what was closed is closed when it returns; nothing is kept */
};

/* Each way's own struct begins with this one. */
struct lean_io {
    const struct lean_io_functions *functions;
    struct lean_transport *transport;
};

/* What both ways use of the transport. */
struct lean_transport {
    struct transport base;
    struct sockaddr_in address;
    struct lean_request *requests; /* of the mix */
    struct lean_connections connections;
    struct lean_connection *reading; /* set by the way; NULL when its request has its outcome */
    struct lean_io *io;
};

/* NULL with the reason when the kernel does not have it, or does not let us. */
struct lean_io *lean_uring_create(struct lean_transport *transport, struct error *error);
struct lean_io *lean_epoll_create(struct lean_transport *transport);

/* A socket that does not wait, on its way to nowhere yet; -1 with errno. */
int lean_socket(void);

/* The request of a connection has its outcome: its answer is complete; or the connection could not be made, broke, or what came
 * is no answer. */
void lean_complete(struct lean_transport *transport, struct lean_connection *connection);
void lean_fail(struct lean_transport *transport, struct lean_connection *connection);

/* The server has ended the connection, or sent bytes that nobody asked for on an idle one. */
void lean_end(struct lean_transport *transport, struct lean_connection *connection);

#endif

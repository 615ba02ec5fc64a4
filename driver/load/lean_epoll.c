#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/memory.h"
#include "driver/load/lean_io.h"

#define READ_SIZE ((size_t)64 * 1024)
/* Reads of one connection in a row, so that an endless answer does not keep the others waiting. */
#define READS_MAXIMUM 16

struct lean_epoll {
    struct lean_io io;
    char *bytes; /* what was read; used up before the next read */
};

static struct lean_epoll *way_of(struct lean_io *io)
{
    return (struct lean_epoll *)io;
}

static struct epoll_event watched_events(const struct lean_connection *connection)
{
    return (struct epoll_event){.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.u64 = (uint64_t)connection->generation << 32 | connection->index};
}

static void send_more(struct lean_connection *connection)
{
    while (connection->request_sent < connection->request_length) {
        ssize_t written = send(connection->socket, connection->request + connection->request_sent,
                               connection->request_length - connection->request_sent, MSG_NOSIGNAL);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno == EAGAIN) {
            connection->state = LEAN_SENDING;
            return;
        }
        if (written < 0) {
            /* The server may have answered before it closed: what it said is read first. */
            connection->request_length = connection->request_sent + 1;
            break;
        }
        connection->request_sent += (size_t)written;
    }
    connection->state = LEAN_RECEIVING;
}

/* Takes in what was read. last: nothing can be said of what comes behind it, so the connection is not used again. */
static void take_bytes(struct lean_epoll *way, struct lean_connection *connection, size_t length, bool last)
{
    struct lean_transport *transport = way->io.transport;
    size_t used = 0;
    enum http_progress progress = http_answer_take(&connection->answer, way->bytes, length, &used);
    if (progress == HTTP_BAD)
        lean_fail(transport, connection);
    if (progress != HTTP_DONE)
        return;
    if (used < length || last)
        connection->answer.reusable = false;
    lean_complete(transport, connection);
}

/* Asks for the event again: it has been told, and not everything was read. */
static void watch_again(const struct lean_transport *transport, const struct lean_connection *connection)
{
    struct epoll_event event = watched_events(connection);
    (void)epoll_ctl(transport->base.options.epoll, EPOLL_CTL_MOD, connection->socket, &event);
}

/* Events come once (edge-triggered): reads until a short read says that nothing is left, and the end too when the event
 * told of it. */
static void receive(struct lean_epoll *way, struct lean_connection *connection, bool ended)
{
    struct lean_transport *transport = way->io.transport;
    transport->reading = connection;
    for (int reads = 0; transport->reading == connection; reads++) {
        if (reads == READS_MAXIMUM) {
            watch_again(transport, connection);
            break;
        }
        ssize_t length = recv(connection->socket, way->bytes, READ_SIZE, 0);
        bool full = length == (ssize_t)READ_SIZE;
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0 && errno == EAGAIN)
            break;
        if (length <= 0 || connection->state == LEAN_IDLE) {
            lean_end(transport, connection); /* nobody asked an idle connection for bytes */
            break;
        }
        take_bytes(way, connection, (size_t)length, ended || full);
        if (!full && !ended)
            break;
    }
    transport->reading = NULL;
}

static void event_of(struct lean_epoll *way, struct lean_connection *connection, uint32_t events)
{
    int problem = 0;
    socklen_t size = sizeof problem;
    if (connection->state == LEAN_CONNECTING) {
        if (getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &problem, &size) < 0 || problem != 0) {
            lean_fail(way->io.transport, connection);
            return;
        }
        if ((events & EPOLLOUT) == 0)
            return;
        connection->state = LEAN_SENDING;
    }
    if (connection->state == LEAN_SENDING)
        send_more(connection);
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        receive(way, connection, (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
}

static void epoll_event_of(struct lean_io *io, uint64_t token, uint32_t epoll_events)
{
    const struct lean_connections *connections = &io->transport->connections;
    size_t index = (size_t)(token & UINT32_MAX);
    if (index >= connections->count)
        return;
    struct lean_connection *connection = connections->places[index];
    if (connection->generation == token >> 32 && connection->state != LEAN_CLOSED)
        event_of(way_of(io), connection, epoll_events);
}

static int epoll_open(struct lean_io *io, struct lean_connection *connection)
{
    const struct sockaddr_in *address = &connection->address;
    struct epoll_event event = watched_events(connection);
    connection->socket = lean_socket();
    if (connection->socket < 0 ||
        (connect(connection->socket, (const struct sockaddr *)address, sizeof *address) < 0 && errno != EINPROGRESS))
        return -1;
    return epoll_ctl(io->transport->base.options.epoll, EPOLL_CTL_ADD, connection->socket, &event);
}

static void epoll_send(struct lean_io *io, struct lean_connection *connection)
{
    (void)io;
    send_more(connection);
}

static void epoll_close(struct lean_io *io, struct lean_connection *connection)
{
    lean_connections_close(&io->transport->connections, connection);
}

static void epoll_drain(struct lean_io *io)
{
    (void)io;
}

static void epoll_destroy(struct lean_io *io)
{
    free(way_of(io)->bytes);
    free(io);
}

static const struct lean_io_functions functions = {.destroy = epoll_destroy,
                                                   .open = epoll_open,
                                                   .send = epoll_send,
                                                   .close = epoll_close,
                                                   .event = epoll_event_of,
                                                   .drain = epoll_drain};

struct lean_io *lean_epoll_create(struct lean_transport *transport)
{
    struct lean_epoll *way = memory_allocate(1, sizeof *way);
    way->io = (struct lean_io){.functions = &functions, .transport = transport};
    way->bytes = memory_allocate(1, READ_SIZE);
    return &way->io;
}

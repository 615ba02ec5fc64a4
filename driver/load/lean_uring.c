#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/lean_io.h"
#include "driver/load/uring.h"

/* Done things that are gone through before the requests that they complete are told. */
#define BATCH 512
#define DRAINED_WITHIN (5 * NANOSECONDS_PER_SECOND)

/* What was to be done for a connection: the lowest bits of user_data, which is its address. */
enum operation { OPERATION_CONNECT, OPERATION_SEND, OPERATION_RECEIVE, OPERATION_COUNT };
#define OPERATION_MASK UINT64_C(3)

struct lean_uring {
    struct lean_io io;
    struct uring *uring;
    bool watched;   /* the engine's epoll, by which a stop is told */
    size_t pending; /* of all connections */
    size_t answered_count;
    struct lean_connection *answered[BATCH]; /* complete, in the order in which they became so */
};

static struct lean_uring *way_of(struct lean_io *io)
{
    return (struct lean_uring *)io;
}

static uint64_t mark(const struct lean_connection *connection, enum operation operation)
{
    return (uint64_t)(uintptr_t)connection | operation;
}

static struct io_uring_sqe *prepare(struct lean_uring *way, struct lean_connection *connection, unsigned opcode,
                                    enum operation operation)
{
    struct io_uring_sqe *place = uring_prepare(way->uring);
    place->opcode = (uint8_t)opcode;
    place->fd = connection->socket;
    place->user_data = mark(connection, operation);
    connection->pending |= 1u << operation;
    way->pending++;
    return place;
}

static void prepare_send(struct lean_uring *way, struct lean_connection *connection)
{
    struct io_uring_sqe *place = prepare(way, connection, IORING_OP_SEND, OPERATION_SEND);
    place->addr = (uint64_t)(uintptr_t)(connection->request + connection->request_sent);
    place->len = (uint32_t)(connection->request_length - connection->request_sent);
    place->msg_flags = MSG_NOSIGNAL | MSG_WAITALL;
    connection->state = LEAN_SENDING;
}

/* All that comes, in buffers of the ring's, until the connection ends. */
static void prepare_receive(struct lean_uring *way, struct lean_connection *connection)
{
    struct io_uring_sqe *place = prepare(way, connection, IORING_OP_RECV, OPERATION_RECEIVE);
    place->flags = IOSQE_BUFFER_SELECT;
    place->ioprio = IORING_RECV_MULTISHOT;
}

static int uring_open(struct lean_io *io, struct lean_connection *connection)
{
    connection->socket = lean_socket();
    if (connection->socket < 0)
        return -1;
    struct io_uring_sqe *place = prepare(way_of(io), connection, IORING_OP_CONNECT, OPERATION_CONNECT);
    place->addr = (uint64_t)(uintptr_t)&connection->address;
    place->off = sizeof connection->address;
    return 0;
}

static void uring_send(struct lean_io *io, struct lean_connection *connection)
{
    prepare_send(way_of(io), connection);
}

/* The kernel may still read the request or wait for bytes: the place is not used again before it has ended that. */
static void uring_close(struct lean_io *io, struct lean_connection *connection)
{
    if (connection->pending == 0) {
        lean_connections_close(&io->transport->connections, connection);
        return;
    }
    connection->state = LEAN_CLOSING;
    for (enum operation operation = 0; operation < OPERATION_COUNT; operation++) {
        if ((connection->pending & 1u << operation) == 0)
            continue;
        struct io_uring_sqe *place = uring_prepare(way_of(io)->uring);
        place->opcode = IORING_OP_ASYNC_CANCEL;
        place->addr = mark(connection, operation);
    }
}

static void take_bytes(struct lean_uring *way, struct lean_connection *connection, const char *bytes, size_t length)
{
    size_t used = 0;
    if (connection->state == LEAN_IDLE) {
        lean_end(way->io.transport, connection);
        return;
    }
    if (connection->answered) {
        connection->answer.reusable = false; /* nobody asked for what comes behind the answer */
        return;
    }
    enum http_progress progress = http_answer_take(&connection->answer, bytes, length, &used);
    if (progress == HTTP_BAD)
        lean_fail(way->io.transport, connection);
    if (progress != HTTP_DONE)
        return;
    connection->answer.reusable = connection->answer.reusable && used == length;
    connection->answered = true;
    way->answered[way->answered_count++] = connection;
}

static void take_received(struct lean_uring *way, struct lean_connection *connection, const struct io_uring_cqe *done)
{
    bool alive = connection->state != LEAN_CLOSING;
    if ((done->flags & IORING_CQE_F_BUFFER) != 0) {
        unsigned number = done->flags >> IORING_CQE_BUFFER_SHIFT;
        if (alive && done->res > 0)
            take_bytes(way, connection, uring_buffer(way->uring, number), (size_t)done->res);
        uring_give_back(way->uring, number);
    }
    bool goes_on = done->res > 0 || done->res == -ENOBUFS;
    if (connection->state == LEAN_CLOSING || (done->flags & IORING_CQE_F_MORE) != 0)
        return;
    if (goes_on)
        prepare_receive(way, connection);
    else if (connection->answered)
        connection->answer.reusable = false;
    else
        lean_end(way->io.transport, connection);
}

static void take_sent(struct lean_uring *way, struct lean_connection *connection, const struct io_uring_cqe *done)
{
    if (connection->state == LEAN_CLOSING)
        return;
    if (done->res < 0) {
        /* The server may have answered before it closed: what it said is read first. */
        connection->request_length = connection->request_sent + 1;
    } else {
        connection->request_sent += (size_t)done->res;
        if (connection->request_sent < connection->request_length && done->res > 0 && !connection->answered) {
            prepare_send(way, connection);
            return;
        }
    }
    connection->state = LEAN_RECEIVING;
}

static void take_connected(struct lean_uring *way, struct lean_connection *connection, const struct io_uring_cqe *done)
{
    if (connection->state == LEAN_CLOSING)
        return;
    if (done->res < 0) {
        lean_fail(way->io.transport, connection);
        return;
    }
    prepare_send(way, connection);
    prepare_receive(way, connection);
}

static void take_done(struct lean_uring *way, const struct io_uring_cqe *done)
{
    struct lean_connection *connection = (void *)(uintptr_t)(done->user_data & ~OPERATION_MASK);
    enum operation operation = (enum operation)(done->user_data & OPERATION_MASK);
    if (connection == NULL) /* something was cancelled, or the epoll has something */
        return;
    if ((done->flags & IORING_CQE_F_MORE) == 0) {
        connection->pending &= ~(1u << operation);
        way->pending--;
    }
    if (operation == OPERATION_RECEIVE)
        take_received(way, connection, done);
    else if (operation == OPERATION_SEND)
        take_sent(way, connection, done);
    else if (operation == OPERATION_CONNECT)
        take_connected(way, connection, done);
    if (connection->state == LEAN_CLOSING && connection->pending == 0)
        lean_connections_close(&way->io.transport->connections, connection);
}

/* Answers are told when the batch is through: by then it is known whether anything came behind them. */
static void take_all_done(struct lean_uring *way)
{
    struct io_uring_cqe done;
    way->answered_count = 0;
    for (int i = 0; i < BATCH && uring_next(way->uring, &done); i++)
        take_done(way, &done);
    for (size_t i = 0; i < way->answered_count; i++) {
        struct lean_connection *connection = way->answered[i];
        connection->answered = false;
        lean_complete(way->io.transport, connection);
    }
}

static void uring_wait(struct lean_io *io, int64_t longest)
{
    struct lean_uring *way = way_of(io);
    if (!way->watched) {
        struct io_uring_sqe *place = uring_prepare(way->uring);
        place->opcode = IORING_OP_POLL_ADD;
        place->fd = io->transport->base.options.epoll;
        place->poll32_events = POLLIN;
        way->watched = true;
    }
    uring_submit(way->uring, longest);
    take_all_done(way);
}

static void uring_drain(struct lean_io *io)
{
    struct lean_uring *way = way_of(io);
    struct lean_connections *connections = &io->transport->connections;
    for (size_t i = 0; i < connections->count; i++)
        if (connections->places[i]->state == LEAN_IDLE) {
            lean_connections_forget_idle(connections, connections->places[i]);
            uring_close(io, connections->places[i]);
        }
    int64_t deadline = clock_monotonic() + DRAINED_WITHIN;
    while (way->pending > 0 && clock_monotonic() < deadline) {
        uring_submit(way->uring, NANOSECONDS_PER_SECOND);
        take_all_done(way);
    }
}

static void uring_way_destroy(struct lean_io *io)
{
    uring_destroy(way_of(io)->uring);
    free(io);
}

static const struct lean_io_functions functions = {.destroy = uring_way_destroy,
                                                   .open = uring_open,
                                                   .send = uring_send,
                                                   .close = uring_close,
                                                   .wait = uring_wait,
                                                   .drain = uring_drain};

struct lean_io *lean_uring_create(struct lean_transport *transport, struct error *error)
{
    struct uring *uring = uring_create(error);
    if (uring == NULL)
        return NULL;
    struct lean_uring *way = memory_allocate(1, sizeof *way);
    way->io = (struct lean_io){.functions = &functions, .transport = transport};
    way->uring = uring;
    return &way->io;
}

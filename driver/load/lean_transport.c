#include "driver/load/lean_transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/lean_connections.h"
#include "driver/load/lean_request.h"

#define READ_SIZE ((size_t)64 * 1024)
/* Reads of one connection in a row, so that an endless answer does not keep the others waiting. */
#define READS_MAXIMUM 16
/* A larger body would be held back by libcurl until the server says "100 Continue". */
#define BODY_MAXIMUM ((size_t)1024 * 1024)

struct lean_transport {
    struct transport base;
    struct sockaddr_in address;
    struct lean_request *requests; /* of the mix */
    struct lean_connections connections;
    char *bytes;                     /* what was read; used up before the next read */
    struct lean_connection *reading; /* NULL = its answer was complete, or it was given up */
};

static struct lean_transport *lean(struct transport *transport)
{
    return (struct lean_transport *)transport;
}

bool lean_transport_serves(const struct transport_options *options)
{
    const struct url_template *url = options->url;
    const char *address = options->resolve_address != NULL ? options->resolve_address : url->host;
    struct in_addr parsed;
    bool simple = options->proxy == NULL && options->spec->redirects == 0 && options->spec->http != HTTP_2;
    for (size_t i = 0; i < options->mix->count; i++) {
        const char *text = options->mix->requests[i].url.text;
        if (strstr(text, "/.") != NULL || strchr(text, '#') != NULL)
            return false;
    }
    return simple && !url->secure && inet_pton(AF_INET, address, &parsed) == 1 &&
           request_mix_longest_body(options->mix) <= BODY_MAXIMUM;
}

static struct epoll_event watched_events(const struct lean_connection *connection)
{
    return (struct epoll_event){.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.u64 = (uint64_t)connection->generation << 32 | connection->index};
}

/* The request has its outcome. The connection is free again before that is told, since more may be sent at once. */
static void finish(struct lean_transport *transport, struct lean_connection *connection, enum load_outcome outcome)
{
    const struct transport_options *options = &transport->base.options;
    struct http_answer *answer = &connection->answer;
    struct answer_labels labels = answer->labels;
    bool complete = outcome == OUTCOME_OK || outcome == OUTCOME_STATUS;
    bool whole = complete && connection->request_sent == connection->request_length;
    const struct load_done done = {
        .outcome = outcome,
        .http_status = answer->bytes > 0 ? answer->status : 0,
        .intended = connection->carried.intended,
        .sent = connection->carried.sent,
        .vu = connection->carried.vu,
        .which = connection->carried.which,
        .finished = clock_monotonic() - options->start,
        .server = labels.server,
        .server_age = labels.server_age,
        .warmth = labels.warmth,
        .new_connection = connection->fresh && connection->state != LEAN_CONNECTING,
        .bytes_received = answer->bytes,
        .bytes_sent = connection->request_sent,
        .checks_passed = complete ? answer_checks_end(&answer->checks, answer->status) : 0,
    };
    if (transport->reading == connection)
        transport->reading = NULL;
    lean_connections_end(&transport->connections, connection);
    transport->base.in_flight--;
    if (whole && answer->reusable && !connection->last)
        lean_connections_keep(&transport->connections, connection);
    else
        lean_connections_close(&transport->connections, connection);
    options->done(options->context, &done);
}

/* The connection ended, or what came is no answer. */
static void fail(struct lean_transport *transport, struct lean_connection *connection)
{
    if (connection->state == LEAN_CONNECTING)
        finish(transport, connection, OUTCOME_REFUSED);
    else
        finish(transport, connection, connection->answer.bytes > 0 ? OUTCOME_TRUNCATED : OUTCOME_RESET);
}

static void complete(struct lean_transport *transport, struct lean_connection *connection)
{
    finish(transport, connection, connection->answer.status >= 400 ? OUTCOME_STATUS : OUTCOME_OK);
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
static void take_bytes(struct lean_transport *transport, struct lean_connection *connection, size_t length, bool last)
{
    size_t used = 0;
    enum http_progress progress = http_answer_take(&connection->answer, transport->bytes, length, &used);
    if (progress == HTTP_BAD)
        fail(transport, connection);
    if (progress != HTTP_DONE)
        return;
    if (used < length || last)
        connection->answer.reusable = false;
    complete(transport, connection);
}

static void take_end(struct lean_transport *transport, struct lean_connection *connection)
{
    if (connection->state == LEAN_IDLE) {
        lean_connections_close_idle(&transport->connections, connection);
    } else if (http_answer_end(&connection->answer) == HTTP_DONE) {
        complete(transport, connection);
    } else {
        fail(transport, connection);
    }
}

/* Asks for the event again: it has been told, and not everything was read. */
static void watch_again(const struct lean_transport *transport, const struct lean_connection *connection)
{
    struct epoll_event event = watched_events(connection);
    (void)epoll_ctl(transport->base.options.epoll, EPOLL_CTL_MOD, connection->socket, &event);
}

/* Events come once (edge-triggered): reads until a short read says that nothing is left, and the end too when the event
 * told of it. */
static void receive(struct lean_transport *transport, struct lean_connection *connection, bool ended)
{
    transport->reading = connection;
    for (int reads = 0; transport->reading == connection; reads++) {
        if (reads == READS_MAXIMUM) {
            watch_again(transport, connection);
            break;
        }
        ssize_t length = recv(connection->socket, transport->bytes, READ_SIZE, 0);
        bool full = length == (ssize_t)READ_SIZE;
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0 && errno == EAGAIN)
            break;
        if (length <= 0 || connection->state == LEAN_IDLE) {
            take_end(transport, connection); /* nobody asked an idle connection for bytes */
            break;
        }
        take_bytes(transport, connection, (size_t)length, ended || full);
        if (!full && !ended)
            break;
    }
    transport->reading = NULL;
}

static void event_of(struct lean_transport *transport, struct lean_connection *connection, uint32_t events)
{
    int problem = 0;
    socklen_t size = sizeof problem;
    if (connection->state == LEAN_CONNECTING) {
        if (getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &problem, &size) < 0 || problem != 0) {
            fail(transport, connection);
            return;
        }
        if ((events & EPOLLOUT) == 0)
            return;
        connection->state = LEAN_SENDING;
    }
    if (connection->state == LEAN_SENDING)
        send_more(connection);
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        receive(transport, connection, (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
}

static void lean_event(struct transport *base, uint64_t token, uint32_t epoll_events)
{
    struct lean_transport *transport = lean(base);
    size_t index = (size_t)(token & UINT32_MAX);
    if (index >= transport->connections.count)
        return;
    struct lean_connection *connection = transport->connections.places[index];
    if (connection->generation == token >> 32 && connection->state != LEAN_CLOSED)
        event_of(transport, connection, epoll_events);
}

/* A new connection on its way; one that cannot even begin counts as refused. */
static int begin_connection(const struct lean_transport *transport, struct lean_connection *connection)
{
    static const int on = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct epoll_event event = watched_events(connection);
    if (connection->socket < 0)
        return -1;
    (void)setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(connection->socket, (const struct sockaddr *)&transport->address, sizeof transport->address) < 0 &&
        errno != EINPROGRESS)
        return -1;
    return epoll_ctl(transport->base.options.epoll, EPOLL_CTL_ADD, connection->socket, &event);
}

static void lean_send(struct transport *base, const struct load_request *request)
{
    struct lean_transport *transport = lean(base);
    struct lean_connection *connection = lean_connections_take(&transport->connections, request->vu);
    bool fresh = connection->state == LEAN_CLOSED;
    connection->fresh = fresh;
    connection->made = fresh ? request->sent : connection->made;
    connection->requests = fresh ? 1 : connection->requests + 1;
    connection->last = transport_is_last(base->options.spec, connection->requests, request->sent - connection->made);
    connection->carried = *request;
    connection->request_sent = 0;
    const struct template_values values = transport_values(base->options.mix, request);
    connection->request_length = lean_request_write(&transport->requests[request->which], &values, connection->request);
    http_answer_begin(&connection->answer);
    http_answer_expect(&connection->answer, &base->options.mix->requests[request->which]);
    lean_connections_begin(&transport->connections, connection);
    base->in_flight++;
    if (!fresh) {
        send_more(connection);
        return;
    }
    connection->state = LEAN_CONNECTING;
    if (begin_connection(transport, connection) < 0)
        finish(transport, connection, OUTCOME_REFUSED);
}

static int64_t lean_deadline(const struct transport *base)
{
    int64_t deadline = INT64_MAX;
    bool any = lean_connections_first(&((const struct lean_transport *)base)->connections, &deadline) != NULL;
    return any ? base->options.start + deadline : INT64_MAX;
}

static void lean_expire(struct transport *base)
{
    struct lean_transport *transport = lean(base);
    int64_t now = clock_monotonic() - base->options.start;
    int64_t deadline = INT64_MAX;
    struct lean_connection *first = NULL;
    while ((first = lean_connections_first(&transport->connections, &deadline)) != NULL && deadline <= now)
        finish(transport, first, OUTCOME_TIMEOUT);
}

static void lean_abort(struct transport *base)
{
    struct lean_transport *transport = lean(base);
    int64_t deadline = INT64_MAX;
    struct lean_connection *first = NULL;
    while ((first = lean_connections_first(&transport->connections, &deadline)) != NULL)
        finish(transport, first, OUTCOME_ABORTED);
}

static void lean_destroy(struct transport *base)
{
    struct lean_transport *transport = lean(base);
    lean_connections_release(&transport->connections);
    free(transport->bytes);
    for (size_t i = 0; i < base->options.mix->count; i++)
        lean_request_release(&transport->requests[i]);
    free(transport->requests);
    free(transport);
}

static const struct transport_functions functions = {.destroy = lean_destroy,
                                                     .send = lean_send,
                                                     .deadline = lean_deadline,
                                                     .expire = lean_expire,
                                                     .event = lean_event,
                                                     .abort = lean_abort};

/* The size of the longest one. */
static size_t make_requests(struct lean_transport *transport, const struct request_mix *mix)
{
    size_t longest = 0;
    transport->requests = memory_allocate(mix->count, sizeof *transport->requests);
    for (size_t i = 0; i < mix->count; i++) {
        lean_request_init(&transport->requests[i], &mix->requests[i], &mix->data);
        size_t size = lean_request_size(&transport->requests[i]);
        longest = size > longest ? size : longest;
    }
    return longest;
}

struct transport *lean_transport_create(const struct transport_options *options, struct error *error)
{
    const struct url_template *url = options->url;
    const char *address = options->resolve_address != NULL ? options->resolve_address : url->host;
    uint16_t port = options->resolve_address != NULL && options->resolve_port != 0 ? options->resolve_port : url->port;
    struct lean_transport *transport = memory_allocate(1, sizeof *transport);
    transport->base = (struct transport){.functions = &functions, .options = *options};
    transport->base.options.resolve_address = NULL;
    transport->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    transport->bytes = memory_allocate(1, READ_SIZE);
    lean_connections_init(&transport->connections, options->mix, make_requests(transport, options->mix));
    if (inet_pton(AF_INET, address, &transport->address.sin_addr) == 1)
        return &transport->base;
    (void)error_set(error, "\"%s\" is no IPv4 address", address);
    lean_destroy(&transport->base);
    return NULL;
}

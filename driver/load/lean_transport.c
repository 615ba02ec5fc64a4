#include "driver/load/lean_transport.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/lean_io.h"
#include "driver/load/lean_request.h"

/* A larger body would be held back by libcurl until the server says "100 Continue". */
#define BODY_MAXIMUM ((size_t)1024 * 1024)

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
    bool known = options->addresses != NULL || inet_pton(AF_INET, address, &parsed) == 1;
    return simple && known && !url->secure && request_mix_longest_body(options->mix) <= BODY_MAXIMUM;
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
        transport->io->functions->close(transport->io, connection);
    options->done(options->context, &done);
}

void lean_fail(struct lean_transport *transport, struct lean_connection *connection)
{
    if (connection->state == LEAN_CONNECTING)
        finish(transport, connection, OUTCOME_REFUSED);
    else
        finish(transport, connection, connection->answer.bytes > 0 ? OUTCOME_TRUNCATED : OUTCOME_RESET);
}

void lean_complete(struct lean_transport *transport, struct lean_connection *connection)
{
    finish(transport, connection, connection->answer.status >= 400 ? OUTCOME_STATUS : OUTCOME_OK);
}

void lean_end(struct lean_transport *transport, struct lean_connection *connection)
{
    if (connection->state == LEAN_IDLE) {
        lean_connections_forget_idle(&transport->connections, connection);
        transport->io->functions->close(transport->io, connection);
    } else if (http_answer_end(&connection->answer) == HTTP_DONE) {
        lean_complete(transport, connection);
    } else {
        lean_fail(transport, connection);
    }
}

int lean_socket(void)
{
    static const int on = 1;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor >= 0)
        (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

static void lean_event(struct transport *base, uint64_t token, uint32_t epoll_events)
{
    struct lean_io *io = lean(base)->io;
    io->functions->event(io, token, epoll_events);
}

static void lean_wait(struct transport *base, int64_t longest)
{
    struct lean_io *io = lean(base)->io;
    io->functions->wait(io, longest);
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
        transport->io->functions->send(transport->io, connection);
        return;
    }
    connection->state = LEAN_CONNECTING;
    connection->address = transport->address;
    if (base->options.addresses != NULL)
        connection->address.sin_addr = addresses_pick(base->options.addresses);
    if (transport->io->functions->open(transport->io, connection) < 0)
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
    transport->io->functions->drain(transport->io);
}

static void lean_destroy(struct transport *base)
{
    struct lean_transport *transport = lean(base);
    if (transport->io != NULL)
        transport->io->functions->destroy(transport->io);
    lean_connections_release(&transport->connections);
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

static const struct transport_functions waiting_functions = {.destroy = lean_destroy,
                                                             .send = lean_send,
                                                             .deadline = lean_deadline,
                                                             .expire = lean_expire,
                                                             .wait = lean_wait,
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

static struct lean_io *choose_io(struct lean_transport *transport, enum load_io wanted, struct error *error)
{
    struct lean_io *io = wanted == IO_EPOLL ? NULL : lean_uring_create(transport, error);
    return io != NULL || wanted == IO_URING ? io : lean_epoll_create(transport);
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
    lean_connections_init(&transport->connections, options->mix, make_requests(transport, options->mix));
    if (options->addresses == NULL && inet_pton(AF_INET, address, &transport->address.sin_addr) != 1)
        (void)error_set(error, "\"%s\" is no IPv4 address", address);
    else
        transport->io = choose_io(transport, options->spec->io, error);
    if (transport->io != NULL) {
        transport->base.functions = transport->io->functions->wait != NULL ? &waiting_functions : &functions;
        return &transport->base;
    }
    lean_destroy(&transport->base);
    return NULL;
}

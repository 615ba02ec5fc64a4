#include "driver/load/curl_transport.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include <curl/curl.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/answer_checks.h"
#include "driver/load/curl_options.h"
#include "driver/load/curl_request.h"
#include "driver/load/curl_sockets.h"

#define MOST_LENGTH_DIGITS 18

struct transfer {
    struct curl_transport *transport;
    CURL *easy;
    struct transfer *next_free;
    struct transfer *next, *previous; /* of those in flight */
    struct load_request carried;
    int attempts;
    struct curl_request request;
    struct answer_labels labels;
    struct answer_checks checks;
    uint64_t bytes;
    uint64_t bytes_before; /* those of answers that redirected */
};

/* A connection that is used a limited number of times. */
struct limited_connection {
    uint64_t requests; /* sent on it */
    int64_t made;      /* since the start */
};

struct curl_transport {
    struct transport base;
    CURLM *multi;
    struct curl_slist *connect_to;
    struct transfer *free;
    struct transfer *in_flight;
    int64_t deadline;
    struct limited_connection *limited; /* REUSE_LIMITED: by local port; else NULL */
    struct curl_sockets sockets;
};

static struct curl_transport *curled(struct transport *transport)
{
    return (struct curl_transport *)transport;
}

static int on_timer(CURLM *multi, long milliseconds, void *context)
{
    (void)multi;
    struct curl_transport *transport = context;
    transport->deadline = milliseconds < 0 ? INT64_MAX : clock_monotonic() + milliseconds * NANOSECONDS_PER_MILLISECOND;
    return 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    transfer->bytes += size * count;
    if (transfer->checks.count > 0)
        answer_checks_body(&transfer->checks, bytes, size * count);
    return size * count;
}

/* The last head is the one that counts: there are others before it, of redirects and hints. What comes after this one, should
 * it redirect, is asked with GET, except where the method is to be kept; so do Go, k6 and browsers. */
static void begin_head(struct transfer *transfer)
{
    const struct transport_options *options = &transfer->transport->base.options;
    const char *method = options->mix->requests[transfer->carried.which].spec.method;
    long status = 0;
    answer_labels_clear(&transfer->labels);
    if (transfer->checks.count > 0)
        answer_checks_head(&transfer->checks);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (options->spec->redirects > 0 && status >= 301 && status <= 303 && strcmp(method, "HEAD") != 0)
        (void)curl_easy_setopt(transfer->easy, CURLOPT_CUSTOMREQUEST, NULL);
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct header_line header;
    size_t length = size * count;
    transfer->bytes += length;
    if (length > 5 && memcmp(line, "HTTP/", 5) == 0)
        begin_head(transfer);
    if (!header_line_split(line, length, &header))
        return length;
    /* libcurl passes over a length that it cannot hold, and takes what comes for the whole. */
    if (header_line_is(&header, "Content-Length") && header.value_length > MOST_LENGTH_DIGITS)
        return 0;
    if (transfer->checks.count > 0)
        answer_checks_header(&transfer->checks, &header);
    answer_labels_see(&transfer->labels, transfer->transport->base.options.spec, &header);
    return length;
}

static void limit_reuse(const struct transfer *transfer, struct limited_connection *connection)
{
    long connections = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
    if (connections > 0)
        *connection = (struct limited_connection){.made = transfer->carried.sent};
    connection->requests++;
    bool last = transport_is_last(transfer->transport->base.options.spec, connection->requests,
                                  transfer->carried.sent - connection->made);
    (void)curl_easy_setopt(transfer->easy, CURLOPT_FORBID_REUSE, last ? 1L : 0L);
}

static int redirects_followed(const struct transfer *transfer)
{
    long redirects = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_COUNT, &redirects);
    return (int)redirects;
}

/* Called before each attempt to send the request, of which each redirect has one: a second one is the library's own retry. */
static int on_attempt(void *context, char *remote, char *local, int remote_port, int local_port)
{
    (void)remote;
    (void)local;
    (void)remote_port;
    struct transfer *transfer = context;
    if (transfer->transport->limited != NULL && local_port > 0 && local_port <= UINT16_MAX)
        limit_reuse(transfer, &transfer->transport->limited[local_port]);
    transfer->bytes_before = transfer->bytes;
    return ++transfer->attempts > 1 + redirects_followed(transfer) ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void set_options(struct transfer *transfer)
{
    const struct curl_transport *transport = transfer->transport;
    CURL *easy = transfer->easy;
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_attempt);
    (void)curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECT_TO, transport->connect_to);
    curl_options_set(easy, &transport->base.options);
}

static void transfer_destroy(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_request_release(&transfer->request);
    free(transfer);
}

static struct transfer *transfer_take(struct curl_transport *transport)
{
    struct transfer *transfer = transport->free;
    if (transfer != NULL) {
        transport->free = transfer->next_free;
    } else {
        transfer = memory_allocate(1, sizeof *transfer);
        transfer->transport = transport;
        transfer->easy = curl_easy_init();
        if (transfer->easy == NULL)
            abort();
        set_options(transfer);
    }
    transfer->next = transport->in_flight;
    transfer->previous = NULL;
    if (transfer->next != NULL)
        transfer->next->previous = transfer;
    transport->in_flight = transfer;
    transport->base.in_flight++;
    return transfer;
}

static void transfer_give_back(struct transfer *transfer)
{
    struct curl_transport *transport = transfer->transport;
    (void)curl_multi_remove_handle(transport->multi, transfer->easy);
    if (transfer->previous != NULL)
        transfer->previous->next = transfer->next;
    else
        transport->in_flight = transfer->next;
    if (transfer->next != NULL)
        transfer->next->previous = transfer->previous;
    transport->base.in_flight--;
    transfer->next_free = transport->free;
    transport->free = transfer;
}

static void curl_destroy(struct transport *base)
{
    struct curl_transport *transport = curled(base);
    while (transport->in_flight != NULL)
        transfer_give_back(transport->in_flight);
    while (transport->free != NULL) {
        struct transfer *transfer = transport->free;
        transport->free = transfer->next_free;
        transfer_destroy(transfer);
    }
    (void)curl_multi_cleanup(transport->multi);
    curl_slist_free_all(transport->connect_to);
    curl_sockets_release(&transport->sockets);
    free(transport->limited);
    free(transport);
}

static void curl_send(struct transport *base, const struct load_request *request)
{
    struct curl_transport *transport = curled(base);
    struct transfer *transfer = transfer_take(transport);
    const struct mixed_request *mixed = &base->options.mix->requests[request->which];
    const struct template_values values = transport_values(base->options.mix, request);
    transfer->carried = *request;
    transfer->attempts = 0;
    answer_labels_clear(&transfer->labels);
    transfer->bytes = transfer->bytes_before = 0;
    answer_checks_begin(&transfer->checks, mixed->checks, mixed->spec.check_count);
    curl_request_set(&transfer->request, transfer->easy, mixed, &values);
    if (base->options.spec->redirects > 0) /* one may have changed it */
        (void)curl_easy_setopt(transfer->easy, CURLOPT_CUSTOMREQUEST, mixed->spec.method);
    (void)curl_multi_add_handle(transport->multi, transfer->easy);
}

static enum load_outcome outcome_of(const struct transfer *transfer, CURLcode code, long http_status)
{
    int redirects = redirects_followed(transfer);
    if (code == CURLE_OK || code == CURLE_TOO_MANY_REDIRECTS)
        return http_status >= 400 ? OUTCOME_STATUS : OUTCOME_OK;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return OUTCOME_TIMEOUT;
    if (transfer->attempts == redirects)
        return OUTCOME_REFUSED;
    /* A connection that cannot be made after an attempt, as a second attempt itself, is the library's own retry. */
    if (transfer->attempts > 1 + redirects || code == CURLE_COULDNT_CONNECT)
        return OUTCOME_RESET;
    return transfer->bytes > transfer->bytes_before || code == CURLE_PARTIAL_FILE ? OUTCOME_TRUNCATED : OUTCOME_RESET;
}

/* What of the request has left; a connection that could not be made has taken nothing. */
static uint64_t bytes_sent(const struct transfer *transfer)
{
    long head = 0;
    curl_off_t body = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &head);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &body);
    return (uint64_t)head + (uint64_t)body;
}

static void finish(struct transfer *transfer, enum load_outcome outcome, long http_status)
{
    struct curl_transport *transport = transfer->transport;
    long connections = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
    bool complete = outcome == OUTCOME_OK || outcome == OUTCOME_STATUS;
    struct answer_labels labels = transfer->labels;
    struct load_done done = {
        .outcome = outcome,
        .http_status = transfer->bytes > transfer->bytes_before ? (int)http_status : 0,
        .intended = transfer->carried.intended,
        .sent = transfer->carried.sent,
        .vu = transfer->carried.vu,
        .which = transfer->carried.which,
        .finished = clock_monotonic() - transport->base.options.start,
        .server = labels.server,
        .server_age = labels.server_age,
        .warmth = labels.warmth,
        .new_connection = connections > 0,
        .bytes_received = transfer->bytes,
        .bytes_sent = bytes_sent(transfer),
        .checks_passed = complete ? answer_checks_end(&transfer->checks, (int)http_status) : 0,
    };
    transfer_give_back(transfer);
    transport->base.options.done(transport->base.options.context, &done);
}

static void take_finished(struct curl_transport *transport)
{
    int left = 0;
    const CURLMsg *message = NULL;
    while ((message = curl_multi_info_read(transport->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        CURL *easy = message->easy_handle;
        struct transfer *transfer = NULL;
        long http_status = 0;
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
        (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &http_status);
        finish(transfer, outcome_of(transfer, code, http_status), http_status);
    }
}

static int64_t curl_deadline(const struct transport *base)
{
    return ((const struct curl_transport *)base)->deadline;
}

static void curl_expire(struct transport *base)
{
    struct curl_transport *transport = curled(base);
    int running = 0;
    transport->deadline = INT64_MAX;
    (void)curl_multi_socket_action(transport->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    take_finished(transport);
}

static void curl_event(struct transport *base, uint64_t token, uint32_t epoll_events)
{
    struct curl_transport *transport = curled(base);
    int socket = curl_sockets_find(&transport->sockets, token);
    if (socket < 0)
        return;
    int running = 0;
    int events = 0;
    if ((epoll_events & EPOLLIN) != 0)
        events |= CURL_CSELECT_IN;
    if ((epoll_events & EPOLLOUT) != 0)
        events |= CURL_CSELECT_OUT;
    if ((epoll_events & (EPOLLERR | EPOLLHUP)) != 0)
        events |= CURL_CSELECT_ERR;
    (void)curl_multi_socket_action(transport->multi, socket, events, &running);
    take_finished(transport);
}

static void curl_abort(struct transport *base)
{
    struct curl_transport *transport = curled(base);
    while (transport->in_flight != NULL)
        finish(transport->in_flight, OUTCOME_ABORTED, 0);
}

static const struct transport_functions functions = {.destroy = curl_destroy,
                                                     .send = curl_send,
                                                     .deadline = curl_deadline,
                                                     .expire = curl_expire,
                                                     .event = curl_event,
                                                     .abort = curl_abort};

struct transport *curl_transport_create(const struct transport_options *options, struct error *error)
{
    struct curl_transport *transport = memory_allocate(1, sizeof *transport);
    transport->base = (struct transport){.functions = &functions, .options = *options};
    transport->base.options.resolve_address = NULL;
    transport->deadline = INT64_MAX;
    transport->multi = curl_multi_init();
    if (transport->multi == NULL) {
        free(transport);
        (void)error_set(error, "libcurl does not start");
        return NULL;
    }
    if (options->spec->reuse == REUSE_LIMITED && curl_options_keep(options))
        transport->limited = memory_allocate((size_t)UINT16_MAX + 1, sizeof *transport->limited);
    curl_sockets_watch(&transport->sockets, transport->multi, options->epoll);
    (void)curl_multi_setopt(transport->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(transport->multi, CURLMOPT_TIMERDATA, transport);
    (void)curl_multi_setopt(transport->multi, CURLMOPT_MAXCONNECTS, (long)options->maximum_connections);
    (void)curl_multi_setopt(transport->multi, CURLMOPT_PIPELINING,
                            (long)(curl_options_multiplex(options) ? CURLPIPE_MULTIPLEX : CURLPIPE_NOTHING));
    transport->connect_to = curl_options_address(options);
    return &transport->base;
}

#include "driver/load/curl_transport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>

#include <curl/curl.h>

#include "common/clock.h"
#include "common/memory.h"

#define URL_SIZE 4096

struct transfer {
    struct curl_transport *transport;
    CURL *easy;
    struct transfer *next_free;
    struct transfer *next, *previous; /* of those in flight */
    int64_t intended, sent;
    int attempts;
    char server[LOAD_SERVER_SIZE];
    int64_t server_age;
    enum load_warmth warmth;
    uint64_t bytes;
};

struct curl_transport {
    struct curl_transport_options options;
    CURLM *multi;
    struct curl_slist *headers;
    struct curl_slist *connect_to;
    struct transfer *free;
    struct transfer *in_flight;
    size_t count;
    int64_t deadline;
    uint32_t registrations;  /* so far */
    uint32_t *registered;    /* by socket: the number of its latest registration; 0 = none */
    size_t registered_count; /* sockets that registered has room for */
};

/* A socket's number may be given to the next one while events of the last are still being gone through: each
 * registration has a number of its own, so that those are not mistaken. */
static void number_registration(struct curl_transport *transport, curl_socket_t socket)
{
    size_t place = (size_t)socket;
    if (place >= transport->registered_count) {
        size_t count = place * 2 + 64;
        transport->registered = memory_resize(transport->registered, count, sizeof *transport->registered);
        memset(transport->registered + transport->registered_count, 0,
               (count - transport->registered_count) * sizeof *transport->registered);
        transport->registered_count = count;
    }
    if (++transport->registrations == 0)
        transport->registrations = 1;
    transport->registered[place] = transport->registrations;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
    (void)easy;
    struct curl_transport *transport = context;
    if (what == CURL_POLL_REMOVE) {
        if ((size_t)socket < transport->registered_count)
            transport->registered[socket] = 0;
        (void)epoll_ctl(transport->options.epoll, EPOLL_CTL_DEL, socket, NULL);
        return 0;
    }
    if (known == NULL) {
        number_registration(transport, socket);
        (void)curl_multi_assign(transport->multi, socket, transport);
    }
    struct epoll_event event = {.data.u64 = (uint64_t)transport->registered[socket] << 32 | (uint32_t)socket};
    if ((what & CURL_POLL_IN) != 0)
        event.events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0)
        event.events |= EPOLLOUT;
    if (known != NULL && epoll_ctl(transport->options.epoll, EPOLL_CTL_MOD, socket, &event) == 0)
        return 0;
    if (epoll_ctl(transport->options.epoll, EPOLL_CTL_ADD, socket, &event) < 0 && errno == EEXIST)
        (void)epoll_ctl(transport->options.epoll, EPOLL_CTL_MOD, socket, &event);
    return 0;
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
    (void)bytes;
    struct transfer *transfer = context;
    transfer->bytes += size * count;
    return size * count;
}

/* The value of a header line when its name is the wanted one; NULL else. */
static const char *header_value(const char *line, size_t length, const char *name, size_t *value_length)
{
    size_t name_length = strlen(name);
    if (length <= name_length || line[name_length] != ':' || strncasecmp(line, name, name_length) != 0)
        return NULL;
    const char *value = line + name_length + 1;
    size_t left = length - name_length - 1;
    while (left > 0 && (*value == ' ' || *value == '\t')) {
        value++;
        left--;
    }
    while (left > 0 && (unsigned char)value[left - 1] <= ' ')
        left--;
    *value_length = left;
    return value;
}

/* A pod's name in what may be anything: what is no visible ASCII becomes a question mark. */
static void copy_server(struct transfer *transfer, const char *value, size_t length)
{
    (void)snprintf(transfer->server, sizeof transfer->server, "%.*s", (int)length, value);
    for (char *at = transfer->server; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~')
            *at = '?';
}

static size_t on_header(char *line, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    const struct load_spec *spec = transfer->transport->options.spec;
    size_t length = size * count;
    transfer->bytes += length;
    size_t value_length = 0;
    const char *value = NULL;
    char text[LOAD_SERVER_SIZE];
    if ((value = header_value(line, length, spec->pod_header, &value_length)) != NULL) {
        copy_server(transfer, value, value_length);
    } else if ((value = header_value(line, length, spec->phase_header, &value_length)) != NULL) {
        if (value_length == 4 && strncasecmp(value, "cold", 4) == 0)
            transfer->warmth = WARMTH_COLD;
        else if (value_length == 4 && strncasecmp(value, "warm", 4) == 0)
            transfer->warmth = WARMTH_WARM;
    } else if ((value = header_value(line, length, spec->age_header, &value_length)) != NULL) {
        (void)snprintf(text, sizeof text, "%.*s", (int)value_length, value);
        double age = strtod(text, NULL);
        if (age >= 0 && age < 1e9)
            transfer->server_age = (int64_t)(age * (double)NANOSECONDS_PER_SECOND);
    }
    return length;
}

/* Called before each attempt to send the request: a second one is the library's own retry. */
static int on_attempt(void *context, char *remote, char *local, int remote_port, int local_port)
{
    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    struct transfer *transfer = context;
    return ++transfer->attempts > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void set_options(struct transfer *transfer)
{
    const struct curl_transport *transport = transfer->transport;
    const struct load_spec *spec = transport->options.spec;
    CURL *easy = transfer->easy;
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, spec->method);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(spec->timeout / NANOSECONDS_PER_MILLISECOND));
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_attempt);
    (void)curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transport->headers);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECT_TO, transport->connect_to);
    if (strcmp(spec->method, "HEAD") == 0)
        (void)curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    if (spec->body != NULL)
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, spec->body);
    if (spec->reuse == REUSE_NEVER) {
        (void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
        (void)curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    }
}

struct curl_transport *curl_transport_create(const struct curl_transport_options *options, struct error *error)
{
    struct curl_transport *transport = memory_allocate(1, sizeof *transport);
    transport->options = *options;
    transport->options.resolve_address = NULL;
    transport->deadline = INT64_MAX;
    transport->multi = curl_multi_init();
    if (transport->multi == NULL) {
        free(transport);
        (void)error_set(error, "libcurl does not start");
        return NULL;
    }
    (void)curl_multi_setopt(transport->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(transport->multi, CURLMOPT_SOCKETDATA, transport);
    (void)curl_multi_setopt(transport->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (void)curl_multi_setopt(transport->multi, CURLMOPT_TIMERDATA, transport);
    (void)curl_multi_setopt(transport->multi, CURLMOPT_MAXCONNECTS, (long)options->spec->maximum_connections);
    (void)curl_multi_setopt(transport->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    for (size_t i = 0; i < options->spec->header_count; i++) {
        AUTO_FREE char *line = memory_format("%s: %s", options->spec->headers[i].name, options->spec->headers[i].value);
        transport->headers = curl_slist_append(transport->headers, line);
    }
    if (options->resolve_address != NULL) {
        uint16_t port = options->resolve_port != 0 ? options->resolve_port : options->url->port;
        AUTO_FREE char *line =
            memory_format("%s:%u:%s:%u", options->url->host, options->url->port, options->resolve_address, port);
        transport->connect_to = curl_slist_append(NULL, line);
    }
    return transport;
}

static void transfer_destroy(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
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
    transport->count++;
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
    transport->count--;
    transfer->next_free = transport->free;
    transport->free = transfer;
}

void curl_transport_destroy(struct curl_transport *transport)
{
    if (transport == NULL)
        return;
    while (transport->in_flight != NULL)
        transfer_give_back(transport->in_flight);
    while (transport->free != NULL) {
        struct transfer *transfer = transport->free;
        transport->free = transfer->next_free;
        transfer_destroy(transfer);
    }
    (void)curl_multi_cleanup(transport->multi);
    curl_slist_free_all(transport->headers);
    curl_slist_free_all(transport->connect_to);
    free(transport->registered);
    free(transport);
}

void curl_transport_send(struct curl_transport *transport, uint64_t index, int64_t intended, int64_t sent)
{
    struct transfer *transfer = transfer_take(transport);
    char url[URL_SIZE];
    transfer->intended = intended;
    transfer->sent = sent;
    transfer->attempts = 0;
    transfer->server[0] = '\0';
    transfer->server_age = -1;
    transfer->warmth = WARMTH_UNKNOWN;
    transfer->bytes = 0;
    (void)curl_easy_setopt(transfer->easy, CURLOPT_URL, url_template_expand(transport->options.url, index, url, sizeof url));
    (void)curl_multi_add_handle(transport->multi, transfer->easy);
}

static enum load_outcome outcome_of(const struct transfer *transfer, CURLcode code, long http_status)
{
    if (code == CURLE_OK)
        return http_status >= 400 ? OUTCOME_STATUS : OUTCOME_OK;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return OUTCOME_TIMEOUT;
    if (transfer->attempts == 0)
        return OUTCOME_REFUSED;
    /* A connection that cannot be made after an attempt, as a second attempt itself, is the library's own retry. */
    if (transfer->attempts > 1 || code == CURLE_COULDNT_CONNECT)
        return OUTCOME_RESET;
    return transfer->bytes > 0 || code == CURLE_PARTIAL_FILE ? OUTCOME_TRUNCATED : OUTCOME_RESET;
}

static void finish(struct transfer *transfer, enum load_outcome outcome, long http_status)
{
    struct curl_transport *transport = transfer->transport;
    long connections = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connections);
    char server[LOAD_SERVER_SIZE];
    memcpy(server, transfer->server, sizeof server);
    struct load_done done = {
        .outcome = outcome,
        .http_status = transfer->bytes > 0 ? (int)http_status : 0,
        .intended = transfer->intended,
        .sent = transfer->sent,
        .finished = clock_monotonic() - transport->options.start,
        .server = server,
        .server_age = transfer->server_age,
        .warmth = transfer->warmth,
        .new_connection = connections > 0,
        .bytes_received = transfer->bytes,
    };
    transfer_give_back(transfer);
    transport->options.done(transport->options.context, &done);
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

size_t curl_transport_in_flight(const struct curl_transport *transport)
{
    return transport->count;
}

int64_t curl_transport_deadline(const struct curl_transport *transport)
{
    return transport->deadline;
}

void curl_transport_expire(struct curl_transport *transport)
{
    int running = 0;
    transport->deadline = INT64_MAX;
    (void)curl_multi_socket_action(transport->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    take_finished(transport);
}

void curl_transport_event(struct curl_transport *transport, uint64_t token, uint32_t epoll_events)
{
    int socket = (int)(token & UINT32_MAX);
    if ((size_t)socket >= transport->registered_count || transport->registered[socket] != token >> 32)
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

void curl_transport_abort(struct curl_transport *transport)
{
    while (transport->in_flight != NULL)
        finish(transport->in_flight, OUTCOME_ABORTED, 0);
}

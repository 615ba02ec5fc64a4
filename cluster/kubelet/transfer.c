#include "cluster/kubelet/transfer.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

/* Of an answer's body no more is read. */
#define LONGEST_BODY (10 * 1024)
#define MOST_REDIRECTS 10
#define MESSAGE_SIZE 1024

struct transfer {
    struct watcher watcher; /* TCP only */
    struct transfers *transfers;
    struct transfer *next;
    transfer_done *done;
    void *context;
    CURL *easy; /* NULL for TCP */
    struct curl_slist *headers;
    char *url;
    size_t received;
    int redirects;
    int socket; /* TCP; -1 otherwise */
    char target[64];
    int64_t deadline;
    int refused; /* errno of a TCP connection that failed at once */
};

struct transfers {
    struct event_loop *loop;
    CURLM *multi;
    int64_t curl_deadline; /* INT64_MAX: none */
    struct transfer *first;
};

struct curl_socket {
    struct watcher watcher;
    struct transfers *transfers;
    int descriptor;
};

static void collect_finished(struct transfers *transfers);

static void curl_socket_ready(struct watcher *watcher, uint32_t events)
{
    const struct curl_socket *socket_watcher = (struct curl_socket *)(void *)watcher;
    struct transfers *transfers = socket_watcher->transfers;
    const int flags = ((events & (EPOLLIN | EPOLLHUP)) != 0 ? CURL_CSELECT_IN : 0) |
                      ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) | ((events & EPOLLERR) != 0 ? CURL_CSELECT_ERR : 0);
    int running;
    if (socket_watcher->descriptor < 0)
        return;
    curl_multi_socket_action(transfers->multi, socket_watcher->descriptor, flags, &running);
    collect_finished(transfers);
}

static int socket_changed(CURL *easy, curl_socket_t descriptor, int what, void *context, void *assigned)
{
    (void)easy;
    struct transfers *transfers = context;
    struct curl_socket *watcher = assigned;
    if (what == CURL_POLL_REMOVE) {
        if (watcher != NULL) {
            event_loop_remove(transfers->loop, descriptor);
            watcher->descriptor = -1;
            curl_multi_assign(transfers->multi, descriptor, NULL);
            event_loop_discard(transfers->loop, watcher);
        }
        return 0;
    }
    const uint32_t events =
        ((what & CURL_POLL_IN) != 0 ? (uint32_t)EPOLLIN : 0) | ((what & CURL_POLL_OUT) != 0 ? (uint32_t)EPOLLOUT : 0);
    if (watcher != NULL)
        return event_loop_change(transfers->loop, descriptor, events, &watcher->watcher) < 0 ? -1 : 0;
    watcher = memory_allocate(1, sizeof *watcher);
    *watcher =
        (struct curl_socket){.watcher = {.ready = curl_socket_ready}, .transfers = transfers, .descriptor = (int)descriptor};
    curl_multi_assign(transfers->multi, descriptor, watcher);
    return event_loop_add(transfers->loop, descriptor, events, &watcher->watcher) < 0 ? -1 : 0;
}

static int timer_changed(CURLM *multi, long milliseconds, void *context)
{
    (void)multi;
    struct transfers *transfers = context;
    transfers->curl_deadline = milliseconds < 0 ? INT64_MAX : clock_monotonic() + milliseconds * NANOSECONDS_PER_MILLISECOND;
    return 0;
}

struct transfers *transfers_create(struct event_loop *loop, struct error *error)
{
    CURLM *multi = curl_multi_init();
    if (multi == NULL) {
        error_set(error, "cannot make the probes' transfers");
        return NULL;
    }
    struct transfers *transfers = memory_allocate(1, sizeof *transfers);
    *transfers = (struct transfers){.loop = loop, .multi = multi, .curl_deadline = INT64_MAX};
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, transfers);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_changed);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, transfers);
    return transfers;
}

void transfers_destroy(struct transfers *transfers)
{
    if (transfers == NULL)
        return;
    while (transfers->first != NULL)
        transfer_cancel(transfers->first);
    curl_multi_cleanup(transfers->multi);
    free(transfers);
}

void transfer_cancel(struct transfer *transfer)
{
    struct transfers *transfers = transfer->transfers;
    struct transfer **link = &transfers->first;
    while (*link != transfer)
        link = &(*link)->next;
    *link = transfer->next;
    if (transfer->easy != NULL) {
        curl_multi_remove_handle(transfers->multi, transfer->easy);
        curl_easy_cleanup(transfer->easy);
    }
    curl_slist_free_all(transfer->headers);
    if (transfer->socket >= 0) {
        event_loop_remove(transfers->loop, transfer->socket);
        close(transfer->socket);
        transfer->socket = -1;
    }
    free(transfer->url);
    event_loop_discard(transfers->loop, transfer);
}

static void finish(struct transfer *transfer, bool success, const char *message)
{
    transfer_done *done = transfer->done;
    void *context = transfer->context;
    transfer_cancel(transfer);
    done(context, success, message);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    struct transfer *transfer = context;
    transfer->received += size * count;
    return transfer->received > LONGEST_BODY ? 0 : size * count;
}

static bool same_host(const char *left, const char *right)
{
    CURLU *urls[2] = {curl_url(), curl_url()};
    char *hosts[2] = {NULL, NULL};
    curl_url_set(urls[0], CURLUPART_URL, left, 0);
    curl_url_set(urls[1], CURLUPART_URL, right, 0);
    for (int i = 0; i < 2; i++)
        curl_url_get(urls[i], CURLUPART_HOST, &hosts[i], 0);
    const bool same = hosts[0] != NULL && hosts[1] != NULL && strcmp(hosts[0], hosts[1]) == 0;
    for (int i = 0; i < 2; i++) {
        curl_free(hosts[i]);
        curl_url_cleanup(urls[i]);
    }
    return same;
}

/* True when the answer was a redirect to the same host, which is asked now. */
static bool follow_redirect(struct transfer *transfer)
{
    char *location = NULL;
    curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &location);
    if (location == NULL || transfer->redirects >= MOST_REDIRECTS || !same_host(transfer->url, location))
        return false;
    char *url = memory_copy_text(location);
    transfer->redirects++;
    transfer->received = 0;
    free(transfer->url);
    transfer->url = url;
    curl_multi_remove_handle(transfer->transfers->multi, transfer->easy);
    curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
    const int64_t left = (transfer->deadline - clock_monotonic()) / NANOSECONDS_PER_MILLISECOND;
    curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
    curl_multi_add_handle(transfer->transfers->multi, transfer->easy);
    return true;
}

/* Go's words for what libcurl found. */
static void describe_failure(const struct transfer *transfer, CURLcode result, char message[MESSAGE_SIZE])
{
    long system_error = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &system_error);
    if (result == CURLE_OPERATION_TIMEDOUT)
        snprintf(message, MESSAGE_SIZE,
                 "Get \"%.600s\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)", transfer->url);
    else if (result == CURLE_COULDNT_CONNECT)
        snprintf(message, MESSAGE_SIZE, "Get \"%.600s\": dial tcp %s: connect: %s", transfer->url, transfer->target,
                 system_error == ECONNREFUSED || system_error == 0 ? "connection refused" : strerror((int)system_error));
    else if (result == CURLE_RECV_ERROR || result == CURLE_SEND_ERROR)
        snprintf(message, MESSAGE_SIZE, "Get \"%.600s\": read tcp %s: read: connection reset by peer", transfer->url,
                 transfer->target);
    else if (result == CURLE_GOT_NOTHING)
        snprintf(message, MESSAGE_SIZE, "Get \"%.600s\": EOF", transfer->url);
    else
        snprintf(message, MESSAGE_SIZE, "Get \"%.600s\": %s", transfer->url, curl_easy_strerror(result));
}

static void finish_http(struct transfer *transfer, CURLcode result)
{
    char message[MESSAGE_SIZE] = "";
    long code = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &code);
    const bool answered = result == CURLE_OK || (result == CURLE_WRITE_ERROR && transfer->received > LONGEST_BODY);
    if (answered && code >= 300 && code < 400 && follow_redirect(transfer))
        return;
    const bool success = answered && code >= 200 && code < 400;
    if (answered && !success)
        snprintf(message, sizeof message, "HTTP probe failed with statuscode: %ld", code);
    else if (!answered)
        describe_failure(transfer, result, message);
    finish(transfer, success, message);
}

static void collect_finished(struct transfers *transfers)
{
    int waiting;
    const CURLMsg *told;
    while ((told = curl_multi_info_read(transfers->multi, &waiting)) != NULL) {
        if (told->msg != CURLMSG_DONE)
            continue;
        struct transfer *transfer = NULL;
        curl_easy_getinfo(told->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        finish_http(transfer, told->data.result);
    }
}

/* The port's number, or -1. */
static int resolve_port(const cJSON *port, const cJSON *container)
{
    int64_t number = json_integer(port, -1);
    const char *name = json_text(port, NULL);
    const cJSON *declared;
    if (name != NULL && name[0] != '\0' && strspn(name, "0123456789") == strlen(name))
        number = strtol(name, NULL, 10);
    cJSON_ArrayForEach (declared, json_get(container, "ports")) {
        if (name != NULL && strcmp(json_text(json_get(declared, "name"), ""), name) == 0)
            number = json_integer(json_get(declared, "containerPort"), -1);
    }
    return number > 0 && number <= 65535 ? (int)number : -1;
}

static void add_headers(struct transfer *transfer, const cJSON *get)
{
    const cJSON *header;
    bool has_agent = false, has_accept = false;
    cJSON_ArrayForEach (header, json_get(get, "httpHeaders")) {
        const char *name = json_text(json_get(header, "name"), "");
        const char *value = json_text(json_get(header, "value"), "");
        if (name[0] == '\0' || strpbrk(name, "\r\n:") != NULL || strpbrk(value, "\r\n") != NULL)
            continue;
        has_agent = has_agent || strcasecmp(name, "User-Agent") == 0;
        has_accept = has_accept || strcasecmp(name, "Accept") == 0;
        AUTO_FREE char *line = value[0] != '\0' ? memory_format("%s: %s", name, value) : memory_format("%s;", name);
        transfer->headers = curl_slist_append(transfer->headers, line);
    }
    if (!has_agent)
        transfer->headers = curl_slist_append(transfer->headers, "User-Agent: kube-probe/1.36");
    if (!has_accept)
        transfer->headers = curl_slist_append(transfer->headers, "Accept: */*");
    transfer->headers = curl_slist_append(transfer->headers, "Connection: close");
}

static void start_http(struct transfer *transfer, const cJSON *get, const char *host, int port, int64_t timeout)
{
    const bool secure = strcasecmp(json_text(json_get(get, "scheme"), "HTTP"), "HTTPS") == 0;
    const char *path = json_text(json_get(get, "path"), "/");
    transfer->url = memory_format("%s://%s:%d%s%s", secure ? "https" : "http", host, port, path[0] == '/' ? "" : "/", path);
    transfer->easy = curl_easy_init();
    add_headers(transfer, get);
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_URL, transfer->url);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(timeout / NANOSECONDS_PER_MILLISECOND));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_multi_add_handle(transfer->transfers->multi, easy);
}

static void finish_tcp(struct transfer *transfer, int reason)
{
    char message[MESSAGE_SIZE] = "";
    if (reason == ETIMEDOUT)
        snprintf(message, sizeof message, "dial tcp %s: i/o timeout", transfer->target);
    else if (reason != 0)
        snprintf(message, sizeof message, "dial tcp %s: connect: %s", transfer->target,
                 reason == ECONNREFUSED ? "connection refused" : strerror(reason));
    finish(transfer, reason == 0, message);
}

static void tcp_ready(struct watcher *watcher, uint32_t events)
{
    (void)events;
    struct transfer *transfer = (struct transfer *)(void *)watcher;
    int reason = 0;
    socklen_t size = sizeof reason;
    if (transfer->socket < 0)
        return;
    if (getsockopt(transfer->socket, SOL_SOCKET, SO_ERROR, &reason, &size) < 0)
        reason = errno;
    finish_tcp(transfer, reason);
}

/* A failure at once is told by the next transfers_step: `done` is never called from within transfer_start. */
static void start_tcp(struct transfer *transfer, const char *host, int port)
{
    struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    transfer->watcher.ready = tcp_ready;
    transfer->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (inet_pton(AF_INET, host, &target.sin_addr) != 1)
        transfer->refused = EADDRNOTAVAIL;
    else if (transfer->socket < 0 ||
             (connect(transfer->socket, (struct sockaddr *)&target, sizeof target) < 0 && errno != EINPROGRESS))
        transfer->refused = errno;
    if (transfer->refused == 0)
        event_loop_add(transfer->transfers->loop, transfer->socket, EPOLLOUT, &transfer->watcher);
    else
        transfer->deadline = 0;
}

struct transfer *transfer_start(struct transfers *transfers, const cJSON *handler, const cJSON *container, const char *address,
                                int64_t timeout, transfer_done *done, void *context, struct error *error)
{
    const cJSON *get = json_get(handler, "httpGet");
    const cJSON *connection = json_get(handler, "tcpSocket");
    const cJSON *chosen = get != NULL ? get : connection;
    if (chosen == NULL) {
        error_set(error, "there is no exec, httpGet, tcpSocket or sleep");
        return NULL;
    }
    const int port = resolve_port(json_get(chosen, "port"), container);
    if (port < 0) {
        error_set(error, "couldn't find port: %s", json_text(json_get(chosen, "port"), "a number"));
        return NULL;
    }
    const char *host = json_text(json_get(chosen, "host"), "");
    host = host[0] != '\0' ? host : address;
    struct transfer *transfer = memory_allocate(1, sizeof *transfer);
    *transfer =
        (struct transfer){.transfers = transfers, .next = transfers->first, .done = done, .context = context, .socket = -1};
    transfer->deadline = clock_monotonic() + timeout;
    snprintf(transfer->target, sizeof transfer->target, "%.50s:%d", host, port);
    transfers->first = transfer;
    if (get != NULL)
        start_http(transfer, get, host, port, timeout);
    else
        start_tcp(transfer, host, port);
    return transfer;
}

int64_t transfers_next(const struct transfers *transfers)
{
    int64_t next = transfers->curl_deadline;
    for (const struct transfer *transfer = transfers->first; transfer != NULL; transfer = transfer->next)
        if (transfer->easy == NULL && transfer->deadline < next)
            next = transfer->deadline;
    return next;
}

static struct transfer *overdue_connection(const struct transfers *transfers, int64_t now)
{
    for (struct transfer *transfer = transfers->first; transfer != NULL; transfer = transfer->next)
        if (transfer->easy == NULL && transfer->deadline <= now)
            return transfer;
    return NULL;
}

void transfers_step(struct transfers *transfers, int64_t now)
{
    int running;
    if (transfers->curl_deadline <= now) {
        transfers->curl_deadline = INT64_MAX;
        curl_multi_socket_action(transfers->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        collect_finished(transfers);
    }
    struct transfer *overdue;
    while ((overdue = overdue_connection(transfers, now)) != NULL)
        finish_tcp(overdue, overdue->refused != 0 ? overdue->refused : ETIMEDOUT);
}

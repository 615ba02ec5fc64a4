#include "cluster/kubelet/transfer_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

struct transfers *transfers_create(struct event_loop *loop, struct error *error)
{
    CURLM *multi = curl_multi_init();
    if (multi == NULL) {
        error_set(error, "cannot make the probes' transfers");
        return NULL;
    }
    struct transfers *transfers = memory_allocate(1, sizeof *transfers);
    *transfers = (struct transfers){.loop = loop, .multi = multi, .curl_deadline = INT64_MAX};
    transfer_http_open(transfers);
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

void transfer_finish(struct transfer *transfer, bool success, const char *message)
{
    transfer_done *done = transfer->done;
    void *context = transfer->context;
    transfer_cancel(transfer);
    done(context, success, message);
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

static void finish_tcp(struct transfer *transfer, int reason)
{
    char message[MESSAGE_SIZE] = "";
    if (reason == ETIMEDOUT)
        snprintf(message, sizeof message, "dial tcp %s: i/o timeout", transfer->target);
    else if (reason != 0)
        snprintf(message, sizeof message, "dial tcp %s: connect: %s", transfer->target,
                 reason == ECONNREFUSED ? "connection refused" : strerror(reason));
    transfer_finish(transfer, reason == 0, message);
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
        transfer_http_start(transfer, get, host, port, timeout);
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
    if (transfers->curl_deadline <= now) {
        transfer_http_time_out(transfers);
    }
    struct transfer *overdue;
    while ((overdue = overdue_connection(transfers, now)) != NULL)
        finish_tcp(overdue, overdue->refused != 0 ? overdue->refused : ETIMEDOUT);
}

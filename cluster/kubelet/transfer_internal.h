/*
 * What the parts of transfers share: the list of what is on its way (transfer.c) and HTTP by libcurl (transfer_http.c).
 */
#ifndef CLUSTER_KUBELET_TRANSFER_INTERNAL_H
#define CLUSTER_KUBELET_TRANSFER_INTERNAL_H

#include <curl/curl.h>

#include "cluster/kubelet/transfer.h"

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

/* Takes the transfer from the list and tells its end. */
void transfer_finish(struct transfer *transfer, bool success, const char *message);

/* libcurl's sockets and timer are watched by the event loop from now on. */
void transfer_http_open(struct transfers *transfers);

/* What curl_deadline waited for is due. */
void transfer_http_time_out(struct transfers *transfers);

/* get: the handler's httpGet. timeout: nanoseconds. */
void transfer_http_start(struct transfer *transfer, const cJSON *get, const char *host, int port, int64_t timeout);

#endif

#include "cluster/kubelet/transfer_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "common/clock.h"
#include "common/memory.h"

/* Of an answer's body no more is read. */
#define LONGEST_BODY (10 * 1024)
#define MOST_REDIRECTS 10

struct curl_socket {
    struct watcher watcher;
    struct transfers *transfers;
    int descriptor;
};

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
    transfer_finish(transfer, success, message);
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

void transfer_http_open(struct transfers *transfers)
{
    curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    curl_multi_setopt(transfers->multi, CURLMOPT_SOCKETDATA, transfers);
    curl_multi_setopt(transfers->multi, CURLMOPT_TIMERFUNCTION, timer_changed);
    curl_multi_setopt(transfers->multi, CURLMOPT_TIMERDATA, transfers);
}

void transfer_http_time_out(struct transfers *transfers)
{
    int running;
    transfers->curl_deadline = INT64_MAX;
    curl_multi_socket_action(transfers->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect_finished(transfers);
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

void transfer_http_start(struct transfer *transfer, const cJSON *get, const char *host, int port, int64_t timeout)
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

#include "cluster/api/forward.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"

#define CONNECT_TIMEOUT_MILLISECONDS 10000L
#define SILENCE_MAXIMUM (60 * NANOSECONDS_PER_SECOND)
#define LOOK_AROUND_MILLISECONDS 200 /* how soon it is seen that the client has left */
#define HEAD_MAXIMUM (64 * 1024)
#define UNREAD_MAXIMUM (16 * 1024 * 1024)

struct forward {
    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers;
    char *target;
    int client;
    int stop_descriptor;
    cJSON *answer_headers;
    size_t head_size;
    bool has_head;
    struct buffer unread;
    bool ended;
    CURLcode outcome; /* when ended */
    int64_t last_byte;
};

/* ---- what is sent ---- */

/* Headers that belong to one connection, tell who asks, or are made anew. */
static bool is_kept_back(const char *name)
{
    static const char *const names[] = {"Authorization",
                                        "Connection",
                                        "Content-Length",
                                        "Expect",
                                        "Keep-Alive",
                                        "Proxy-Authenticate",
                                        "Proxy-Authorization",
                                        "Proxy-Connection",
                                        "TE",
                                        "Transfer-Encoding",
                                        "Trailer",
                                        "Upgrade",
                                        "X-Forwarded-Uri",
                                        "X-Forwarded-Host",
                                        "X-Forwarded-Proto"};
    static const char impersonation[] = "Impersonate-";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return strncasecmp(name, impersonation, sizeof impersonation - 1) == 0;
}

/* Is it a header of one connection because the header Connection says so? */
static bool is_of_connection(const struct http_request *request, const char *name)
{
    const char *token = http_request_header(request, "Connection");
    const size_t length = strlen(name);
    while (token != NULL && *token != '\0') {
        token += strspn(token, ", \t");
        if (strncasecmp(token, name, length) == 0 && strchr(", \t", token[length]) != NULL)
            return true;
        token += strcspn(token, ", \t");
    }
    return false;
}

static void add_line(struct forward *forward, const char *name, const char *value)
{
    AUTO_FREE char *line = value[0] != '\0' ? memory_format("%s: %s", name, value) : memory_format("%s;", name);
    struct curl_slist *longer = curl_slist_append(forward->headers, line);
    if (longer != NULL)
        forward->headers = longer;
}

static void copy_headers(struct forward *forward, const struct http_request *request)
{
    /* libcurl's own, unless the client has them. */
    static const char *const unwanted[] = {"Accept:", "Content-Type:", "Expect:"};
    for (size_t i = 0; i < sizeof unwanted / sizeof unwanted[0]; i++) {
        AUTO_FREE char *name = memory_copy_bytes(unwanted[i], strlen(unwanted[i]) - 1);
        if (http_request_header(request, name) == NULL || is_kept_back(name))
            forward->headers = curl_slist_append(forward->headers, unwanted[i]);
    }
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_pair *header = &request->headers[i];
        if (!is_kept_back(header->name) && !is_of_connection(request, header->name))
            add_line(forward, header->name, header->value);
    }
    const char *host = http_request_header(request, "Host");
    add_line(forward, "X-Forwarded-Uri", request->path);
    add_line(forward, "X-Forwarded-Proto", "https");
    if (host != NULL)
        add_line(forward, "X-Forwarded-Host", host);
}

static bool may_have_body(const char *method)
{
    return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
}

static void set_body(CURL *easy, const struct http_request *request)
{
    if (request->body.length == 0 && !may_have_body(request->method))
        return;
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.length);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.length > 0 ? request->body.data : "");
}

/* ---- what comes ---- */

/* The first line of an answer begins its head anew: one that only says "continue" may have come before. */
static size_t take_head(char *bytes, size_t size, size_t count, void *context)
{
    struct forward *forward = context;
    const size_t length = size * count;
    long code = 0;
    forward->last_byte = clock_monotonic();
    forward->head_size += length;
    if (forward->head_size > HEAD_MAXIMUM)
        return 0;
    AUTO_FREE char *line = memory_copy_bytes(bytes, length);
    line[strcspn(line, "\r\n")] = '\0';
    char *colon = strchr(line, ':');
    if (strncmp(line, "HTTP/", 5) == 0) {
        cJSON_Delete(forward->answer_headers);
        forward->answer_headers = cJSON_CreateObject();
    } else if (line[0] == '\0') {
        curl_easy_getinfo(forward->easy, CURLINFO_RESPONSE_CODE, &code);
        forward->has_head = code >= 200;
    } else if (colon != NULL && !forward->has_head) { /* what comes after the body, a trailer, is let go */
        *colon = '\0';
        const char *value = colon + 1 + strspn(colon + 1, " \t");
        if (!is_kept_back(line) && strcasecmp(line, "Date") != 0)
            cJSON_AddItemToObject(forward->answer_headers, line, cJSON_CreateString(value));
    }
    return length;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct forward *forward = context;
    forward->last_byte = clock_monotonic();
    return buffer_append(&forward->unread, bytes, size * count) == 0 ? size * count : 0;
}

static void see_end(struct forward *forward)
{
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(forward->multi, &left);
    if (message == NULL || message->msg != CURLMSG_DONE)
        return;
    forward->ended = true;
    forward->outcome = message->data.result;
}

/* Does nobody want the answer any more? */
static bool is_given_up(const struct forward *forward)
{
    struct pollfd descriptors[] = {{.fd = forward->stop_descriptor, .events = POLLIN},
                                   {.fd = forward->client, .events = POLLRDHUP}};
    return poll(descriptors, 2, 0) > 0;
}

/* Sends and receives what can be, after waiting for it. */
static void go_on(struct forward *forward)
{
    struct curl_waitfd stop = {.fd = forward->stop_descriptor, .events = CURL_WAIT_POLLIN};
    int running = 0;
    curl_multi_poll(forward->multi, &stop, stop.fd >= 0 ? 1 : 0, LOOK_AROUND_MILLISECONDS, NULL);
    if (curl_multi_perform(forward->multi, &running) != CURLM_OK) {
        forward->ended = true;
        forward->outcome = CURLE_FAILED_INIT;
        return;
    }
    see_end(forward);
    if (forward->ended)
        return;
    const bool silent = clock_monotonic() - forward->last_byte > SILENCE_MAXIMUM;
    if (silent || is_given_up(forward)) {
        forward->ended = true;
        forward->outcome = silent ? CURLE_OPERATION_TIMEDOUT : CURLE_ABORTED_BY_CALLBACK;
    }
}

/* ---- both ---- */

static const char *reason_not_connected(const struct forward *forward)
{
    long system_error = 0;
    curl_easy_getinfo(forward->easy, CURLINFO_OS_ERRNO, &system_error);
    switch (system_error) {
    case EHOSTUNREACH:
        return "no route to host";
    case ENETUNREACH:
        return "network is unreachable";
    default:
        return "connection refused";
    }
}

static void describe_failure(const struct forward *forward, struct error *error)
{
    double connected = 0;
    curl_easy_getinfo(forward->easy, CURLINFO_CONNECT_TIME, &connected);
    if (forward->outcome == CURLE_COULDNT_CONNECT)
        (void)error_set(error, "dial tcp %s: connect: %s", forward->target, reason_not_connected(forward));
    else if (forward->outcome == CURLE_OPERATION_TIMEDOUT && connected <= 0)
        (void)error_set(error, "dial tcp %s: i/o timeout", forward->target);
    else if (forward->outcome == CURLE_OPERATION_TIMEDOUT)
        (void)error_set(error, "net/http: timeout awaiting response headers");
    else if (forward->outcome == CURLE_GOT_NOTHING)
        (void)error_set(error, "EOF");
    else if (forward->outcome == CURLE_RECV_ERROR || forward->outcome == CURLE_SEND_ERROR)
        (void)error_set(error, "read tcp %s: read: connection reset by peer", forward->target);
    else if (forward->outcome == CURLE_ABORTED_BY_CALLBACK)
        (void)error_set(error, "context canceled");
    else
        (void)error_set(error, "net/http: %s", curl_easy_strerror(forward->outcome));
}

static void prepare(struct forward *forward, const struct forward_options *options)
{
    CURL *easy = forward->easy;
    copy_headers(forward, options->request);
    set_body(easy, options->request);
    curl_easy_setopt(easy, CURLOPT_URL, options->url);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, options->request->method);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, forward->headers);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MILLISECONDS);
    /* As kube-apiserver's transport to pods, which have no certificates that it could know. */
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, forward);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, forward);
}

struct forward *forward_send(const struct forward_options *options, struct error *error)
{
    struct forward *forward = memory_allocate(1, sizeof *forward);
    forward->client = options->request->connection;
    forward->stop_descriptor = options->stop_descriptor;
    forward->target = memory_copy_text(options->target);
    forward->answer_headers = cJSON_CreateObject();
    forward->last_byte = clock_monotonic();
    buffer_init(&forward->unread, UNREAD_MAXIMUM);
    forward->multi = curl_multi_init();
    forward->easy = curl_easy_init();
    if (forward->multi == NULL || forward->easy == NULL) {
        (void)error_set(error, "net/http: no memory for a connection");
        forward_destroy(forward);
        return NULL;
    }
    prepare(forward, options);
    curl_multi_add_handle(forward->multi, forward->easy);
    while (!forward->has_head && !forward->ended)
        go_on(forward);
    if (forward->has_head)
        return forward;
    describe_failure(forward, error);
    forward_destroy(forward);
    return NULL;
}

void forward_destroy(struct forward *forward)
{
    if (forward == NULL)
        return;
    if (forward->multi != NULL && forward->easy != NULL)
        curl_multi_remove_handle(forward->multi, forward->easy);
    curl_easy_cleanup(forward->easy);
    curl_multi_cleanup(forward->multi);
    curl_slist_free_all(forward->headers);
    cJSON_Delete(forward->answer_headers);
    buffer_release(&forward->unread);
    free(forward->target);
    free(forward);
}

int forward_code(const struct forward *forward)
{
    long code = 0;
    curl_easy_getinfo(forward->easy, CURLINFO_RESPONSE_CODE, &code);
    return (int)code;
}

cJSON *forward_take_headers(struct forward *forward)
{
    return steal_pointer(&forward->answer_headers);
}

bool forward_is_complete(const struct forward *forward)
{
    return forward->ended && forward->outcome == CURLE_OK;
}

int forward_read(struct forward *forward, struct buffer *bytes)
{
    while (forward->unread.length == 0 && !forward->ended)
        go_on(forward);
    if (forward->unread.length > 0 && buffer_append(bytes, forward->unread.data, forward->unread.length) != 0)
        return -1;
    buffer_clear(&forward->unread);
    if (!forward->ended)
        return 1;
    return forward->outcome == CURLE_OK ? 0 : -1;
}

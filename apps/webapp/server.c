#include "apps/webapp/server.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apps/webapp/acceptor.h"
#include "apps/webapp/answer.h"
#include "apps/webapp/routes.h"
#include "apps/webapp/worker.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/memory.h"

/* A connection's memory in libmicrohttpd: headers, with room to answer those that are too long ourselves. */
#define CONNECTION_MEMORY ((size_t)32 * 1024)
/* A chunked body (of unknown size) that is too long is read up to this size so that its sender sees the 413. */
#define BODY_READ_MAXIMUM (16 * BODY_MAXIMUM)
/* The acceptor keeps to the limit: libmicrohttpd would turn connections away instead of letting them wait. */
#define UNLIMITED 1000000
#define IDLE_LOOK (10 * NANOSECONDS_PER_MILLISECOND)
#define IDLE_LOOKS 5 /* in a row: bytes may be between the kernel and the thread that reads them */

struct server {
    struct pod *pod;
    struct MHD_Daemon *daemon;
    struct acceptor *acceptor; /* NULL once it has stopped */
    unsigned idle_timeout;     /* seconds */
};

struct request {
    int64_t start;
    int64_t thread_cpu;
    bool warm; /* the cache, when the request began */
    size_t body_length;
    unsigned code; /* 0: not answered yet */
};

static void log_daemon(void *context, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

static void log_daemon(void *context, const char *format, va_list arguments)
{
    char text[512];
    (void)context;
    (void)vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\n")] = '\0';
    log_debug("webapp", "%s", text);
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name, value);
}

static void add_pod_headers(const struct pod *pod, const struct request *request, const struct answer *answer,
                            struct MHD_Response *response)
{
    static const char *const cache_names[] = {[CACHE_NONE] = "none", [CACHE_HIT] = "hit", [CACHE_MISS] = "miss"};
    char number[32];
    add_header(response, "X-Pod-Name", pod->options.pod_name);
    (void)snprintf(number, sizeof number, "%.3f", (double)(clock_monotonic() - pod->start) / (double)NANOSECONDS_PER_SECOND);
    add_header(response, "X-Pod-Age", number);
    add_header(response, "X-Pod-Phase", request->warm ? "warm" : "cold");
    add_header(response, "X-Cache", cache_names[answer->cache]);
    int64_t cpu = clock_thread_cpu() - request->thread_cpu;
    (void)snprintf(number, sizeof number, "%.3f", (double)cpu / (double)NANOSECONDS_PER_MILLISECOND);
    add_header(response, "X-Request-CPU", number);
}

/* Counts the answers of a connection, in what note_connection has given it; only its own thread does. */
static bool is_last_request(const struct server *server, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    int64_t *answers = info == NULL ? NULL : info->socket_context;
    return answers != NULL && ++*answers == server->pod->options.connection_requests;
}

static enum MHD_Result send_answer(struct server *server, struct MHD_Connection *connection, struct request *request,
                                   struct answer *answer)
{
    size_t length = answer->body.length;
    struct MHD_Response *response = MHD_create_response_from_buffer(length, buffer_steal(&answer->body), MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        return MHD_NO;
    add_pod_headers(server->pod, request, answer, response);
    add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    if (answer->allow != NULL)
        add_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
    if (atomic_load(&server->pod->terminating) || is_last_request(server, connection))
        add_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    enum MHD_Result queued = MHD_queue_response(connection, answer->code, response);
    MHD_destroy_response(response);
    if (queued == MHD_YES)
        request->code = answer->code;
    return queued;
}

static enum MHD_Result send_error(struct server *server, struct MHD_Connection *connection, struct request *request,
                                  unsigned code, const char *text)
{
    struct answer answer;
    answer_init(&answer);
    answer_error(&answer, code, "%s", text);
    enum MHD_Result queued = send_answer(server, connection, request, &answer);
    answer_release(&answer);
    return queued;
}

static enum MHD_Result collect_parameter(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct request_line *line = context;
    (void)kind;
    if (line->parameter_count == PARAMETER_MAXIMUM)
        return MHD_NO;
    line->parameters[line->parameter_count].name = name;
    line->parameters[line->parameter_count++].value = value;
    return MHD_YES;
}

static enum MHD_Result route_request(struct server *server, struct MHD_Connection *connection, struct request *request,
                                     const char *method, const char *path)
{
    struct request_line line = {.method = method, .path = path, .thread_cpu = request->thread_cpu};
    struct answer answer;
    (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, collect_parameter, &line);
    answer_init(&answer);
    routes_answer(server->pod, &line, &answer);
    enum MHD_Result queued = send_answer(server, connection, request, &answer);
    answer_release(&answer);
    return queued;
}

static size_t header_size(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *size = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return size == NULL ? 0 : size->header_size;
}

static bool announces_long_body(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length != NULL && strtoull(length, NULL, 10) > BODY_MAXIMUM;
}

/* The request's headers are here, its body is not. */
static enum MHD_Result begin_request(struct server *server, struct MHD_Connection *connection, void **request_context)
{
    struct request *request = memory_allocate(1, sizeof *request);
    request->start = clock_monotonic();
    request->thread_cpu = clock_thread_cpu();
    request->warm = cache_is_warm(server->pod->cache);
    *request_context = request;
    metrics_begin_request(server->pod->metrics);
    if (header_size(connection) > HEADERS_MAXIMUM)
        return send_error(server, connection, request, 431, "request line and headers are larger than 8 KiB");
    if (announces_long_body(connection))
        return send_error(server, connection, request, 413, "the body is larger than 64 KiB");
    return MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **request_context)
{
    struct server *server = context;
    struct request *request = *request_context;
    (void)version;
    (void)upload;
    if (request == NULL)
        return begin_request(server, connection, request_context);
    if (*upload_size > 0) {
        request->body_length += *upload_size;
        *upload_size = 0;
        return request->body_length <= BODY_READ_MAXIMUM ? MHD_YES : MHD_NO;
    }
    if (request->body_length > BODY_MAXIMUM)
        return send_error(server, connection, request, 413, "the body is larger than 64 KiB");
    return route_request(server, connection, request, method, path);
}

static void complete(void *context, struct MHD_Connection *connection, void **request_context,
                     enum MHD_RequestTerminationCode code)
{
    const struct server *server = context;
    AUTO_FREE struct request *request = steal_pointer(request_context);
    (void)connection;
    if (request == NULL)
        return;
    bool answered = code == MHD_REQUEST_TERMINATED_COMPLETED_OK;
    metrics_end_request(server->pod->metrics, answered ? request->code : 0, clock_monotonic() - request->start);
}

static void note_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                            enum MHD_ConnectionNotificationCode code)
{
    const struct server *server = context;
    if (code != MHD_CONNECTION_NOTIFY_CLOSED) {
        *socket_context = memory_allocate(1, sizeof(int64_t));
        return;
    }
    free(*socket_context);
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    connections_remove(server->pod->connections, info->connect_fd);
}

static struct MHD_Daemon *start_daemon(struct server *server)
{
    const unsigned flags =
        MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ITC | MHD_USE_ERROR_LOG | MHD_USE_NO_LISTEN_SOCKET;
    struct MHD_OptionItem settings[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)log_daemon, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, UNLIMITED, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)server->idle_timeout, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_THREAD_STACK_SIZE, WORKER_STACK_SIZE, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)complete, server},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)note_connection, server},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(flags, 0, NULL, NULL, handle, server, MHD_OPTION_ARRAY, settings, MHD_OPTION_END);
}

/* libmicrohttpd closes the socket when it cannot serve it. */
static void take_connection(void *context, int socket_take, const struct sockaddr *peer, socklen_t length)
{
    const struct server *server = context;
    connections_add(server->pod->connections, socket_take);
    if (MHD_add_connection(server->daemon, socket_take, peer, length) != MHD_YES)
        connections_remove(server->pod->connections, socket_take);
}

struct server *server_create(struct pod *pod, int listener_take, struct error *error)
{
    struct server *server = memory_allocate(1, sizeof *server);
    server->pod = pod;
    server->idle_timeout = (unsigned)(pod->options.idle_timeout / NANOSECONDS_PER_SECOND);
    server->daemon = start_daemon(server);
    if (server->daemon != NULL)
        server->acceptor = acceptor_start(listener_take, pod->connections, pod->options.connections, take_connection, server);
    else
        (void)close(listener_take);
    if (server->acceptor != NULL)
        return server;
    (void)error_set(error, "cannot start the HTTP server");
    server_destroy(server);
    return NULL;
}

void server_stop_listening(struct server *server)
{
    acceptor_stop(server->acceptor);
    server->acceptor = NULL;
}

int server_wait_idle(struct server *server, int64_t deadline)
{
    struct pod *pod = server->pod;
    for (int quiet = 0; quiet < IDLE_LOOKS;) {
        bool idle = metrics_in_flight(pod->metrics) == 0 && !connections_have_unread(pod->connections);
        quiet = idle ? quiet + 1 : 0;
        int64_t now = clock_monotonic();
        if (!idle && now >= deadline)
            return -1;
        clock_sleep_until(now + IDLE_LOOK);
    }
    return 0;
}

void server_destroy(struct server *server)
{
    if (server == NULL)
        return;
    if (server->acceptor != NULL)
        acceptor_stop(server->acceptor);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    free(server);
}

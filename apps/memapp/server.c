#include "apps/memapp/server.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/memory.h"

/* A connection's memory in libmicrohttpd: headers, with room to answer those that are too long ourselves. */
#define CONNECTION_MEMORY ((size_t)32 * 1024)
/* A chunked body (of unknown size) that is too long is read up to this size so that its sender sees the 413. */
#define BODY_READ_MAXIMUM (16 * BODY_MAXIMUM)
#define CONNECTIONS_MAXIMUM 100
#define IDLE_TIMEOUT 75 /* seconds */
#define STACK_SIZE ((size_t)128 * 1024)

struct server {
    const struct pod *pod;
    struct MHD_Daemon *daemon;
};

struct request {
    size_t body_length;
};

static void log_daemon(void *context, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

static void log_daemon(void *context, const char *format, va_list arguments)
{
    char text[512];
    (void)context;
    (void)vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\n")] = '\0';
    log_debug("memapp", "%s", text);
}

static enum MHD_Result send_answer(const struct pod *pod, struct MHD_Connection *connection, struct answer *answer)
{
    size_t length = answer->body.length;
    struct MHD_Response *response = MHD_create_response_from_buffer(length, buffer_steal(&answer->body), MHD_RESPMEM_MUST_FREE);
    if (response == NULL)
        return MHD_NO;
    (void)MHD_add_response_header(response, "X-Pod-Name", pod->name);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    if (answer->allow != NULL)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
    enum MHD_Result queued = MHD_queue_response(connection, answer->code, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result send_error(const struct pod *pod, struct MHD_Connection *connection, unsigned code, const char *text)
{
    struct answer answer;
    answer_init(&answer);
    answer_error(&answer, code, "%s", text);
    enum MHD_Result queued = send_answer(pod, connection, &answer);
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

static enum MHD_Result route_request(const struct pod *pod, struct MHD_Connection *connection, const char *method,
                                     const char *path)
{
    struct request_line line = {.method = method, .path = path};
    struct answer answer;
    (void)MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, collect_parameter, &line);
    answer_init(&answer);
    routes_answer(pod, &line, &answer);
    enum MHD_Result queued = send_answer(pod, connection, &answer);
    answer_release(&answer);
    return queued;
}

static size_t header_size(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *size = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return size == NULL ? 0 : size->header_size;
}

/* The request's headers are here, its body is not. */
static enum MHD_Result begin_request(const struct pod *pod, struct MHD_Connection *connection, void **request_context)
{
    *request_context = memory_allocate(1, sizeof(struct request));
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (header_size(connection) > HEADERS_MAXIMUM)
        return send_error(pod, connection, 431, "request line and headers are larger than 8 KiB");
    if (length != NULL && strtoull(length, NULL, 10) > BODY_MAXIMUM)
        return send_error(pod, connection, 413, "the body is larger than 64 KiB");
    return MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **request_context)
{
    const struct server *server = context;
    struct request *request = *request_context;
    (void)version;
    (void)upload;
    if (request == NULL)
        return begin_request(server->pod, connection, request_context);
    if (*upload_size > 0) {
        request->body_length += *upload_size;
        *upload_size = 0;
        return request->body_length <= BODY_READ_MAXIMUM ? MHD_YES : MHD_NO;
    }
    if (request->body_length > BODY_MAXIMUM)
        return send_error(server->pod, connection, 413, "the body is larger than 64 KiB");
    return route_request(server->pod, connection, method, path);
}

static void complete(void *context, struct MHD_Connection *connection, void **request_context,
                     enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    free(*request_context);
    *request_context = NULL;
}

static struct MHD_Daemon *start_daemon(struct server *server, int listener)
{
    const unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem settings[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)log_daemon, NULL},      {MHD_OPTION_LISTEN_SOCKET, listener, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAXIMUM, NULL},      {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL}, {MHD_OPTION_THREAD_STACK_SIZE, STACK_SIZE, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)complete, NULL},       {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(flags, 0, NULL, NULL, handle, server, MHD_OPTION_ARRAY, settings, MHD_OPTION_END);
}

struct server *server_create(const struct pod *pod, int listener_take, struct error *error)
{
    struct server *server = memory_allocate(1, sizeof *server);
    server->pod = pod;
    server->daemon = start_daemon(server, listener_take);
    if (server->daemon != NULL)
        return server;
    (void)error_set(error, "cannot start the HTTP server");
    free(server);
    return NULL;
}

void server_destroy(struct server *server)
{
    if (server == NULL)
        return;
    MHD_stop_daemon(server->daemon);
    free(server);
}

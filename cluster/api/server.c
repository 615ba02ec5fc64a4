#include "cluster/api/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>
#include <microhttpd.h>

#include "cluster/api/authentication.h"
#include "cluster/api/server_streams.h"
#include "common/clock.h"
#include "common/log.h"

/* One thread a connection: a watch may simply block until something changes, and an idle one costs nothing. */
#define MAXIMUM_CONNECTIONS 256U
#define CONNECTION_TIMEOUT_SECONDS 30U
#define PROXY_TIMEOUT_SECONDS 120U
#define CONNECTION_MEMORY (64U * 1024U) /* holds the request's headers; MHD answers 431 when they are larger */
#define THREAD_STACK (512U * 1024U)
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct server {
    struct MHD_Daemon *daemon;
    struct front front;
    const struct credentials *credentials;
    struct streams streams;
    uint16_t port;
};

/* One request on its way. */
struct exchange {
    struct http_request request;
    bool bad_uri;
    bool started;
    bool too_large;
};

static size_t longest_body(const struct exchange *exchange)
{
    return !exchange->bad_uri && proxy_is_meant(&exchange->request) ? SERVER_MAXIMUM_PROXIED_BODY : SERVER_MAXIMUM_BODY;
}

static void *begin_exchange(void *context, const char *uri, struct MHD_Connection *connection)
{
    (void)context;
    struct exchange *exchange = memory_allocate(1, sizeof *exchange);
    const union MHD_ConnectionInfo *information = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    exchange->request.connection = information != NULL ? information->connect_fd : -1;
    exchange->bad_uri = http_request_parse_uri(&exchange->request, uri) != 0;
    buffer_init(&exchange->request.body, longest_body(exchange));
    return exchange;
}

static void end_exchange(void *context, struct MHD_Connection *connection, void **exchange_address,
                         enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    struct exchange *exchange = *exchange_address;
    if (exchange == NULL)
        return;
    http_request_release(&exchange->request);
    free(exchange);
    *exchange_address = NULL;
}

/* URIs are decoded by http_request, after splitting. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* RFC 7234's header, with the code that Kubernetes uses. */
static void add_warnings(struct MHD_Response *response, const cJSON *warnings)
{
    const cJSON *warning = NULL;
    cJSON_ArrayForEach (warning, warnings) {
        AUTO_FREE char *quoted = json_print(warning);
        AUTO_FREE char *value = memory_format("299 - %s", quoted);
        MHD_add_response_header(response, "Warning", value);
    }
}

static void add_headers(struct MHD_Response *response, const struct answer *answer)
{
    const cJSON *header = NULL;
    cJSON_ArrayForEach (header, answer->headers)
        MHD_add_response_header(response, header->string, json_text(header, ""));
    if (answer->headers != NULL)
        return;
    MHD_add_response_header(response, "Content-Type", answer->content_type);
    MHD_add_response_header(response, "Cache-Control", "no-cache, private");
}

static enum MHD_Result send_answer(struct server *server, struct MHD_Connection *connection, struct answer *answer)
{
    struct MHD_Response *response;
    if (answer->stream.step != NULL) {
        response = streams_response(&server->streams, connection, answer);
    } else {
        answer_check(answer);
        size_t length = answer->body.length;
        response = MHD_create_response_from_buffer(length, buffer_steal(&answer->body), MHD_RESPMEM_MUST_FREE);
    }
    if (response == NULL)
        return MHD_NO;
    add_headers(response, answer);
    add_warnings(response, answer->warnings);
    enum MHD_Result outcome = MHD_queue_response(connection, (unsigned)answer->code, response);
    MHD_destroy_response(response);
    return outcome;
}

static enum MHD_Result send_status(struct server *server, struct MHD_Connection *connection, const struct status *status)
{
    struct answer answer;
    answer_init(&answer);
    answer_status(&answer, status);
    enum MHD_Result outcome = send_answer(server, connection, &answer);
    answer_release(&answer);
    return outcome;
}

static enum MHD_Result send_error(struct server *server, struct MHD_Connection *connection, int code, const char *reason,
                                  const char *message)
{
    struct answer answer;
    answer_init(&answer);
    answer_error(&answer, code, reason, message);
    enum MHD_Result outcome = send_answer(server, connection, &answer);
    answer_release(&answer);
    return outcome;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result collect_group(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct impersonation *wanted = context;
    (void)kind;
    if (strcasecmp(name, "Impersonate-Group") != 0 || value == NULL)
        return MHD_YES;
    if (wanted->group_count < CALLER_GROUPS_MAXIMUM)
        wanted->groups[wanted->group_count++] = value;
    return MHD_YES;
}

/* Who asks; -1 with a Status when that is nobody, or somebody who may not be taken for somebody else. */
static int identify(const struct server *server, struct MHD_Connection *connection, struct http_request *request,
                    struct status *status)
{
    struct store *store = registry_store(server->front.registry);
    struct impersonation wanted = {.user = header(connection, "Impersonate-User"), .uid = header(connection, "Impersonate-Uid")};
    request->caller = authenticate_header(server->credentials, store, header(connection, "Authorization"), clock_wall());
    if (request->caller == NULL)
        return status_set(status, 401, "Unauthorized", "Unauthorized");
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, collect_group, &wanted);
    return authenticate_impersonation(store, &wanted, &request->caller, status);
}

static enum MHD_Result collect_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct http_request *request = context;
    (void)kind;
    return http_request_add_header(request, name, value != NULL ? value : "") == 0 ? MHD_YES : MHD_NO;
}

static enum MHD_Result refuse_body(struct server *server, struct MHD_Connection *connection, const struct exchange *exchange)
{
    AUTO_FREE char *message = memory_format("Request entity too large: limit is %zu", longest_body(exchange));
    return send_error(server, connection, 413, "RequestEntityTooLarge", message);
}

static bool announces_too_much(struct MHD_Connection *connection, const struct exchange *exchange)
{
    const char *length = header(connection, "Content-Length");
    return length != NULL && strtoull(length, NULL, 10) > longest_body(exchange);
}

/* What a pod's own server is to see; and the connection may be silent for as long as that server thinks. */
static int prepare_proxy(struct MHD_Connection *connection, struct http_request *request)
{
    const int count = MHD_get_connection_values(connection, MHD_HEADER_KIND, NULL, NULL);
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, PROXY_TIMEOUT_SECONDS);
    return MHD_get_connection_values(connection, MHD_HEADER_KIND, collect_header, request) == count ? 0 : -1;
}

/* Judged before any byte of the body is read. */
static enum MHD_Result start(struct server *server, struct MHD_Connection *connection, struct exchange *exchange,
                             const char *method)
{
    struct http_request *request = &exchange->request;
    exchange->started = true;
    bool public = !exchange->bad_uri && front_is_public(request);
    AUTO_STATUS struct status status = {0};
    if (!public && identify(server, connection, request, &status) != 0)
        return send_status(server, connection, &status);
    if (exchange->bad_uri)
        return send_error(server, connection, 400, "BadRequest", "the path or the query of the request is malformed");
    if (announces_too_much(connection, exchange))
        return refuse_body(server, connection, exchange);
    if (proxy_is_meant(request) && prepare_proxy(connection, request) != 0)
        return send_error(server, connection, 431, "BadRequest", "the request has too many headers");
    request->method = memory_copy_text(strcmp(method, "HEAD") == 0 ? "GET" : method);
    request->accept = memory_copy_text(header(connection, "Accept"));
    request->user_agent = memory_copy_text(header(connection, "User-Agent"));
    http_request_set_content_type(request, header(connection, "Content-Type"));
    return MHD_YES;
}

static enum MHD_Result finish(struct server *server, struct MHD_Connection *connection, struct exchange *exchange)
{
    if (exchange->too_large)
        return refuse_body(server, connection, exchange);
    struct answer answer;
    answer_init(&answer);
    front_dispatch(&server->front, &exchange->request, &answer);
    enum MHD_Result outcome = send_answer(server, connection, &answer);
    answer_release(&answer);
    return outcome;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *data, size_t *data_size, void **exchange_address)
{
    (void)url;
    (void)version;
    struct server *server = context;
    struct exchange *exchange = *exchange_address;
    if (!exchange->started)
        return start(server, connection, exchange, method);
    if (*data_size == 0)
        return finish(server, connection, exchange);
    if (exchange->too_large)
        return MHD_NO;
    exchange->too_large = buffer_append(&exchange->request.body, data, *data_size) != 0;
    *data_size = 0;
    return MHD_YES;
}

static void log_daemon(void *context, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

static void log_daemon(void *context, const char *format, va_list arguments)
{
    char text[512];
    (void)context;
    vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\n")] = '\0';
    log_debug("api", "%s", text);
}

static struct MHD_Daemon *start_daemon(struct server *server, const struct server_options *options, struct error *error)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(options->port)};
    if (inet_pton(AF_INET, options->address, &address.sin_addr) != 1 || ntohl(address.sin_addr.s_addr) >> 24 != 127) {
        (void)error_set(error, "the API server listens on loopback only, not on %s", options->address);
        return NULL;
    }
    unsigned flags = MHD_USE_TLS | MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG;
    errno = 0;
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, handle, server, MHD_OPTION_EXTERNAL_LOGGER, log_daemon, NULL, MHD_OPTION_SOCK_ADDR,
        (const struct sockaddr *)&address, MHD_OPTION_HTTPS_MEM_KEY, options->credentials->server_key, MHD_OPTION_HTTPS_MEM_CERT,
        options->credentials->server_certificate, MHD_OPTION_HTTPS_PRIORITIES, TLS_PRIORITIES, MHD_OPTION_CONNECTION_LIMIT,
        MAXIMUM_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY, MHD_OPTION_THREAD_STACK_SIZE, (size_t)THREAD_STACK, MHD_OPTION_URI_LOG_CALLBACK,
        begin_exchange, NULL, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_NOTIFY_COMPLETED, end_exchange, NULL,
        MHD_OPTION_END);
    if (daemon == NULL)
        (void)error_set(error, "cannot serve the API on %s:%u: %s", options->address, options->port,
                        errno != 0 ? strerror(errno) : "the certificate or the address was refused");
    return daemon;
}

static void server_free(struct server *server)
{
    streams_close(&server->streams);
    free(server);
}

struct server *server_start(const struct server_options *options, struct error *error)
{
    struct server *server = memory_allocate(1, sizeof *server);
    server->front.registry = options->registry;
    server->front.node = options->node;
    server->credentials = options->credentials;
    server->front.credentials = options->credentials;
    signal(SIGPIPE, SIG_IGN);
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    if (streams_open(&server->streams, error) != 0) {
        free(server);
        return NULL;
    }
    server->front.stop_descriptor = server->streams.stop_descriptor;
    server->daemon = start_daemon(server, options, error);
    if (server->daemon == NULL) {
        server_free(server);
        return NULL;
    }
    const union MHD_DaemonInfo *information = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = information != NULL ? information->port : options->port;
    snprintf(server->front.address, sizeof server->front.address, "%s:%u", options->address, server->port);
    return server;
}

uint16_t server_port(const struct server *server)
{
    return server->port;
}

void server_stop(struct server *server)
{
    if (server == NULL)
        return;
    streams_end(&server->streams);
    int listening = MHD_quiesce_daemon(server->daemon);
    streams_await_end(&server->streams);
    MHD_stop_daemon(server->daemon);
    if (listening >= 0)
        close(listening);
    server_free(server);
}

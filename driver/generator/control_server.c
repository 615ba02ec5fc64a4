#include "driver/generator/control_server.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>
#include <openssl/crypto.h>

#include "common/json.h"
#include "common/log.h"
#include "common/memory.h"
#include "driver/wire/wire_results.h"

#define TOKEN_HEADER "X-Hpalab-Token"
#define CONNECTIONS_MAXIMUM 64
#define IDLE_TIMEOUT 60 /* seconds */
#define CONNECTION_MEMORY ((size_t)64 * 1024)
#define JSON_TYPE "application/json"

struct control_server {
    struct generator *generator;
    const char *token;
    struct MHD_Daemon *daemon;
};

struct answer {
    unsigned code;
    const char *type;
    struct buffer body;
};

struct request {
    bool answered; /* before its body was read */
    struct buffer body;
};

/* One thing that can be asked for. */
struct route {
    const char *path, *method;
    bool open; /* without a token */
    void (*answer)(struct generator *generator, struct MHD_Connection *connection, const struct buffer *body,
                   struct answer *answer);
};

static void log_daemon(void *context, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

static void log_daemon(void *context, const char *format, va_list arguments)
{
    char text[512];
    (void)context;
    (void)vsnprintf(text, sizeof text, format, arguments);
    text[strcspn(text, "\n")] = '\0';
    log_debug("generator", "%s", text);
}

static void answer_error(struct answer *answer, unsigned code, const char *text)
{
    AUTO_JSON cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "error", text);
    AUTO_FREE char *printed = json_print(tree);
    answer->code = code;
    answer->type = JSON_TYPE;
    (void)buffer_append_text(&answer->body, printed);
}

static void answer_status(struct generator *generator, struct answer *answer)
{
    struct wire_status status;
    generator_tell(generator, &status);
    AUTO_FREE char *text = wire_status_write(&status);
    answer->type = JSON_TYPE;
    (void)buffer_append_text(&answer->body, text);
}

/* The status, or why the request was refused. */
static void answer_outcome(struct generator *generator, int code, const struct error *error, struct answer *answer)
{
    if (code == MHD_HTTP_OK)
        answer_status(generator, answer);
    else
        answer_error(answer, (unsigned)code, error->text);
}

static void get_health(struct generator *generator, struct MHD_Connection *connection, const struct buffer *body,
                       struct answer *answer)
{
    bool ending = generator_is_terminating(generator);
    (void)connection;
    (void)body;
    answer->code = ending ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK;
    answer->type = "text/plain";
    (void)buffer_append_text(&answer->body, ending ? "ending\n" : "ok\n");
}

static void get_metrics(struct generator *generator, struct MHD_Connection *connection, const struct buffer *body,
                        struct answer *answer)
{
    (void)connection;
    (void)body;
    answer->type = "text/plain; version=0.0.4";
    generator_metrics(generator, &answer->body);
}

static void get_status(struct generator *generator, struct MHD_Connection *connection, const struct buffer *body,
                       struct answer *answer)
{
    (void)connection;
    (void)body;
    answer_status(generator, answer);
}

static void put_plan(struct generator *generator, struct MHD_Connection *connection, const struct buffer *body,
                     struct answer *answer)
{
    struct error error = ERROR_NONE;
    (void)connection;
    answer_outcome(generator, generator_plan(generator, body->data, body->length, &error), &error, answer);
}

static void post_start(struct generator *generator, struct MHD_Connection *connection, const struct buffer *body,
                       struct answer *answer)
{
    struct error error = ERROR_NONE;
    (void)connection;
    answer_outcome(generator, generator_start(generator, body->data, body->length, &error), &error, answer);
}

static void post_stop(struct generator *generator, struct MHD_Connection *connection, const struct buffer *body,
                      struct answer *answer)
{
    (void)connection;
    (void)body;
    generator_stop(generator);
    answer_status(generator, answer);
}

static void post_end(struct generator *generator, struct MHD_Connection *connection, const struct buffer *body,
                     struct answer *answer)
{
    (void)connection;
    (void)body;
    generator_terminate(generator);
    answer_status(generator, answer);
}

static void get_results(struct generator *generator, struct MHD_Connection *connection, const struct buffer *body,
                        struct answer *answer)
{
    struct error error = ERROR_NONE;
    char *end = NULL;
    const char *since = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "since");
    (void)body;
    errno = 0;
    unsigned long long number = since != NULL ? strtoull(since, &end, 10) : 0;
    if (since == NULL || since[0] < '0' || since[0] > '9' || *end != '\0' || errno != 0) {
        answer_error(answer, MHD_HTTP_BAD_REQUEST, "results: expected ?since=N, the number of a batch");
        return;
    }
    answer->type = JSON_TYPE;
    int code = generator_results(generator, number, &answer->body, &error);
    if (code != MHD_HTTP_OK)
        answer_error(answer, (unsigned)code, error.text);
}

static const struct route routes[] = {
    {"/healthz", "GET", true, get_health},      {"/metrics", "GET", true, get_metrics},
    {"/v1/status", "GET", false, get_status},   {"/v1/plan", "PUT", false, put_plan},
    {"/v1/start", "POST", false, post_start},   {"/v1/stop", "POST", false, post_stop},
    {"/v1/results", "GET", false, get_results}, {"/v1/end", "POST", false, post_end},
};

static const struct route *find_route(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (strcmp(routes[i].path, path) == 0)
            return &routes[i];
    return NULL;
}

static bool has_token(const struct control_server *server, struct MHD_Connection *connection)
{
    if (server->token == NULL)
        return true;
    const char *token = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, TOKEN_HEADER);
    size_t length = strlen(server->token);
    return token != NULL && strlen(token) == length && CRYPTO_memcmp(token, server->token, length) == 0;
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct answer *answer)
{
    size_t length = answer->body.length;
    struct MHD_Response *response = MHD_create_response_from_buffer(length, buffer_steal(&answer->body), MHD_RESPMEM_MUST_FREE);
    buffer_release(&answer->body);
    if (response == NULL)
        return MHD_NO;
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    enum MHD_Result queued = MHD_queue_response(connection, answer->code, response);
    MHD_destroy_response(response);
    return queued;
}

static void begin_answer(struct answer *answer)
{
    *answer = (struct answer){.code = MHD_HTTP_OK, .type = JSON_TYPE};
    buffer_init(&answer->body, WIRE_RESULTS_MAXIMUM);
}

static enum MHD_Result send_error(struct MHD_Connection *connection, struct request *request, unsigned code, const char *text)
{
    struct answer answer;
    begin_answer(&answer);
    answer_error(&answer, code, text);
    request->answered = true;
    return send_answer(connection, &answer);
}

/* The request's headers are here, its body is not: who may not ask is told so before sending one. */
static enum MHD_Result begin_request(const struct control_server *server, struct MHD_Connection *connection, const char *path,
                                     const char *method, void **request_context)
{
    struct request *request = memory_allocate(1, sizeof *request);
    buffer_init(&request->body, WIRE_PLAN_MAXIMUM);
    *request_context = request;
    const struct route *route = find_route(path);
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if ((route == NULL || !route->open) && !has_token(server, connection))
        return send_error(connection, request, MHD_HTTP_UNAUTHORIZED, TOKEN_HEADER ": expected this generator's token");
    if (route == NULL)
        return send_error(connection, request, MHD_HTTP_NOT_FOUND, "there is no such path");
    if (strcmp(route->method, method) != 0)
        return send_error(connection, request, MHD_HTTP_METHOD_NOT_ALLOWED, "expected another method");
    if (length != NULL && strtoull(length, NULL, 10) > WIRE_PLAN_MAXIMUM)
        return send_error(connection, request, MHD_HTTP_CONTENT_TOO_LARGE, "the body is longer than 8 MiB");
    return MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **request_context)
{
    const struct control_server *server = context;
    struct request *request = *request_context;
    struct answer answer;
    (void)version;
    if (request == NULL)
        return begin_request(server, connection, path, method, request_context);
    if (*upload_size > 0) {
        (void)buffer_append(&request->body, upload, *upload_size);
        *upload_size = 0;
        return request->body.overflowed ? MHD_NO : MHD_YES;
    }
    if (request->answered)
        return MHD_YES;
    begin_answer(&answer);
    find_route(path)->answer(server->generator, connection, &request->body, &answer);
    return send_answer(connection, &answer);
}

static void complete(void *context, struct MHD_Connection *connection, void **request_context,
                     enum MHD_RequestTerminationCode code)
{
    struct request *request = *request_context;
    (void)context;
    (void)connection;
    (void)code;
    if (request == NULL)
        return;
    buffer_release(&request->body);
    free(request);
    *request_context = NULL;
}

struct control_server *control_server_create(struct generator *generator, const char *token, int socket_take, struct error *error)
{
    struct control_server *server = memory_allocate(1, sizeof *server);
    *server = (struct control_server){.generator = generator, .token = token};
    struct MHD_OptionItem settings[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)log_daemon, NULL},
        {MHD_OPTION_LISTEN_SOCKET, socket_take, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAXIMUM, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_TIMEOUT, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)complete, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    server->daemon = MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG, 0, NULL, NULL, handle,
                                      server, MHD_OPTION_ARRAY, settings, MHD_OPTION_END);
    if (server->daemon != NULL)
        return server;
    (void)close(socket_take);
    (void)error_set(error, "cannot start the HTTP server");
    free(server);
    return NULL;
}

void control_server_destroy(struct control_server *server)
{
    if (server == NULL)
        return;
    MHD_stop_daemon(server->daemon);
    free(server);
}

#include "tests/support/fake_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/memory.h"
#include "tests/support/folder.h"

#define MAXIMUM_CONNECTIONS 512
#define REQUEST_MAXIMUM (16u * 1024 * 1024)

struct fake_connection {
    struct fake_server *server;
    int descriptor;
    bool closed; /* by the handler */
    pthread_t thread;
};

struct fake_server {
    fake_handler *handler;
    void *context;
    int listener;
    int port;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows */
    bool stopping;
    int requests;
    int connection_count;
    struct fake_connection connections[MAXIMUM_CONNECTIONS];
};

void fake_send_bytes(struct fake_connection *connection, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t sent = send(connection->descriptor, at, length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return;
        at += sent;
        length -= (size_t)sent;
    }
}

void fake_send(struct fake_connection *connection, const char *text)
{
    fake_send_bytes(connection, text, strlen(text));
}

void fake_answer(struct fake_connection *connection, int code, const char *content_type, const char *more, const char *body)
{
    AUTO_FREE char *text = memory_format("HTTP/1.1 %d Test\r\nContent-Type: %s\r\n%sContent-Length: %zu\r\n\r\n%s", code,
                                         content_type, more, strlen(body), body);
    fake_send(connection, text);
}

void fake_answer_head(struct fake_connection *connection, const char *content_type)
{
    AUTO_FREE char *text = memory_format("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nConnection: close\r\n\r\n", content_type);
    fake_send(connection, text);
}

void fake_close(struct fake_connection *connection)
{
    connection->closed = true;
}

void fake_reset(struct fake_connection *connection)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(connection->descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    connection->closed = true;
}

bool fake_wait(struct fake_connection *connection, double seconds)
{
    struct pollfd gone = {.fd = connection->descriptor, .events = POLLRDHUP};
    int ready = poll(&gone, 1, (int)(seconds * 1000));
    return ready == 0;
}

/* Reads more; false at the end of the connection. */
static bool read_more(struct fake_connection *connection, struct buffer *input)
{
    char block[16384];
    ssize_t count = recv(connection->descriptor, block, sizeof block, 0);
    return count > 0 && buffer_append(input, block, (size_t)count) == 0;
}

static size_t body_length(const char *headers)
{
    const char *field = strcasestr(headers, "\r\ncontent-length:");
    return field != NULL ? strtoul(field + strlen("\r\ncontent-length:"), NULL, 10) : 0;
}

/* Handles the request at the front of the input; false when the connection has ended. */
static bool serve_request(struct fake_connection *connection, struct buffer *input)
{
    char *end = NULL;
    while ((end = strstr(input->data, "\r\n\r\n")) == NULL) {
        if (!read_more(connection, input))
            return false;
    }
    size_t head = (size_t)(end - input->data) + 4;
    AUTO_FREE char *headers = memory_copy_bytes(input->data, head);
    size_t length = body_length(headers);
    while (input->length < head + length) {
        if (!read_more(connection, input))
            return false;
    }
    AUTO_FREE char *body = memory_copy_bytes(input->data + head, length);
    buffer_consume(input, head + length);

    AUTO_FREE char *line = memory_copy_bytes(headers, strcspn(headers, "\r"));
    char *rest = line;
    struct fake_request request = {.method = strsep(&rest, " "), .headers = headers, .body = body};
    request.path = rest != NULL ? strsep(&rest, " ") : "";
    struct fake_server *server = connection->server;
    (void)pthread_mutex_lock(&server->mutex);
    request.number = ++server->requests;
    (void)pthread_mutex_unlock(&server->mutex);
    server->handler(connection, &request, server->context);
    return !connection->closed;
}

static void *serve_connection(void *context)
{
    struct fake_connection *connection = context;
    AUTO_BUFFER struct buffer input;
    buffer_init(&input, REQUEST_MAXIMUM);
    while (serve_request(connection, &input))
        continue;
    (void)pthread_mutex_lock(&connection->server->mutex);
    (void)close(connection->descriptor);
    connection->descriptor = -1;
    (void)pthread_mutex_unlock(&connection->server->mutex);
    return NULL;
}

/* Starts a thread for a connection; closes it when the server stops or has had too many. */
static void take_connection(struct fake_server *server, int descriptor)
{
    (void)pthread_mutex_lock(&server->mutex);
    if (server->stopping || server->connection_count == MAXIMUM_CONNECTIONS) {
        (void)close(descriptor);
    } else {
        struct fake_connection *connection = &server->connections[server->connection_count++];
        *connection = (struct fake_connection){.server = server, .descriptor = descriptor};
        if (pthread_create(&connection->thread, NULL, serve_connection, connection) != 0)
            abort();
    }
    (void)pthread_mutex_unlock(&server->mutex);
}

static void *accept_connections(void *context)
{
    struct fake_server *server = context;
    for (;;) {
        int descriptor = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        if (descriptor < 0 && errno == EINTR)
            continue;
        if (descriptor < 0)
            return NULL;
        take_connection(server, descriptor);
    }
}

struct fake_server *fake_server_start(fake_handler *handler, void *context)
{
    struct fake_server *server = memory_allocate(1, sizeof *server);
    server->handler = handler;
    server->context = context;
    (void)pthread_mutex_init(&server->mutex, NULL);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(server->listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(server->listener, 128) < 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) < 0)
        abort();
    server->port = ntohs(address.sin_port);
    if (pthread_create(&server->thread, NULL, accept_connections, server) != 0)
        abort();
    return server;
}

void fake_server_stop(struct fake_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    server->stopping = true;
    for (int i = 0; i < server->connection_count; i++) {
        if (server->connections[i].descriptor >= 0)
            (void)shutdown(server->connections[i].descriptor, SHUT_RDWR);
    }
    (void)pthread_mutex_unlock(&server->mutex);
    (void)shutdown(server->listener, SHUT_RDWR);
    (void)pthread_join(server->thread, NULL);
    (void)close(server->listener);
    for (int i = 0; i < server->connection_count; i++)
        (void)pthread_join(server->connections[i].thread, NULL);
    (void)pthread_mutex_destroy(&server->mutex);
    free(server);
}

int fake_server_port(const struct fake_server *server)
{
    return server->port;
}

int fake_server_requests(struct fake_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    int count = server->requests;
    (void)pthread_mutex_unlock(&server->mutex);
    return count;
}

int fake_server_connections(struct fake_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    int count = server->connection_count;
    (void)pthread_mutex_unlock(&server->mutex);
    return count;
}

char *fake_kubeconfig(const char *folder, const char *url, const char *token)
{
    char *path = memory_format("%s/kubeconfig", folder);
    AUTO_FREE char *user = token != NULL ? memory_format("{token: \"%s\"}", token) : memory_copy_text("{}");
    AUTO_FREE char *text = memory_format("apiVersion: v1\nkind: Config\ncurrent-context: test\n"
                                         "contexts: [{name: test, context: {cluster: test, user: test}}]\n"
                                         "clusters: [{name: test, cluster: {server: \"%s\"}}]\n"
                                         "users: [{name: test, user: %s}]\n",
                                         url, user);
    test_folder_write_file(path, text);
    return path;
}

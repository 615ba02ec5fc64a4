#include "tests/support/secure_server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "common/memory.h"

#define MOST_CONNECTIONS 256
#define FRAME_HEAD 9
#define FRAME_MAXIMUM 16384 /* as long as no larger one is agreed upon */
#define PREFACE_LENGTH 24

enum { FRAME_DATA = 0, FRAME_HEADERS = 1, FRAME_SETTINGS = 4, FRAME_PING = 6 };
enum { FLAG_END_STREAM = 1, FLAG_ACK = 1, FLAG_END_HEADERS = 4 };

struct secure_connection {
    struct secure_server *server;
    int descriptor;
    SSL *tls; /* NULL = without */
    pthread_t thread;
};

struct secure_server {
    struct secure_server_options options;
    SSL_CTX *context;
    int listener, port;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards what follows */
    bool stopping;
    struct secure_server_seen seen;
    size_t connection_count;
    struct secure_connection connections[MOST_CONNECTIONS];
};

/* Exactly that many bytes. */
static bool read_bytes(struct secure_connection *connection, unsigned char *bytes, size_t length)
{
    for (size_t at = 0; at < length;) {
        ssize_t got = connection->tls != NULL ? SSL_read(connection->tls, bytes + at, (int)(length - at))
                                              : recv(connection->descriptor, bytes + at, length - at, 0);
        if (got <= 0)
            return false;
        at += (size_t)got;
    }
    return true;
}

static void write_bytes(struct secure_connection *connection, const void *bytes, size_t length)
{
    if (connection->tls != NULL)
        (void)SSL_write(connection->tls, bytes, (int)length);
    else
        (void)send(connection->descriptor, bytes, length, MSG_NOSIGNAL);
}

static void count_request(struct secure_connection *connection, bool http2)
{
    struct secure_server *server = connection->server;
    (void)pthread_mutex_lock(&server->mutex);
    server->seen.requests++;
    server->seen.http2_requests += http2 ? 1 : 0;
    (void)pthread_mutex_unlock(&server->mutex);
}

static void write_frame(struct secure_connection *connection, unsigned char type, unsigned char flags,
                        const unsigned char *stream, const void *payload, unsigned char length)
{
    unsigned char frame[FRAME_HEAD + UINT8_MAX] = {0, 0, length, type, flags};
    memcpy(frame + 5, stream, 4);
    if (length > 0)
        memcpy(frame + FRAME_HEAD, payload, length);
    write_bytes(connection, frame, FRAME_HEAD + (size_t)length);
}

/* One frame of the client. A request is answered when its head is there. */
static void take_frame(struct secure_connection *connection, const unsigned char *head, const unsigned char *payload)
{
    static const unsigned char status_200[] = {0x88}; /* of HPACK's static table */
    const unsigned char *stream = head + 5;
    bool acknowledged = (head[4] & FLAG_ACK) != 0;
    if (head[3] == FRAME_SETTINGS && !acknowledged)
        write_frame(connection, FRAME_SETTINGS, FLAG_ACK, stream, NULL, 0);
    if (head[3] == FRAME_PING && !acknowledged)
        write_frame(connection, FRAME_PING, FLAG_ACK, stream, payload, 8);
    if (head[3] != FRAME_HEADERS)
        return;
    count_request(connection, true);
    write_frame(connection, FRAME_HEADERS, FLAG_END_HEADERS, stream, status_200, sizeof status_200);
    write_frame(connection, FRAME_DATA, FLAG_END_STREAM, stream, "ok", 2);
}

static void serve_http2(struct secure_connection *connection)
{
    static const unsigned char no_stream[4] = {0};
    unsigned char head[FRAME_HEAD];
    unsigned char payload[FRAME_MAXIMUM];
    if (!read_bytes(connection, payload, PREFACE_LENGTH) ||
        memcmp(payload, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", PREFACE_LENGTH) != 0)
        return;
    write_frame(connection, FRAME_SETTINGS, 0, no_stream, NULL, 0);
    while (read_bytes(connection, head, sizeof head)) {
        size_t length = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
        if (length > sizeof payload || !read_bytes(connection, payload, length))
            return;
        take_frame(connection, head, payload);
    }
}

/* Requests without a body. */
static void serve_http1(struct secure_connection *connection)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    unsigned char last[4] = {0};
    while (read_bytes(connection, last + 3, 1)) {
        if (memcmp(last, "\r\n\r\n", 4) == 0) {
            count_request(connection, false);
            write_bytes(connection, answer, sizeof answer - 1);
        }
        memmove(last, last + 1, 3);
    }
}

static void see_handshake(struct secure_connection *connection)
{
    struct secure_server *server = connection->server;
    const char *name = connection->tls != NULL ? SSL_get_servername(connection->tls, TLSEXT_NAMETYPE_host_name) : NULL;
    X509 *client = connection->tls != NULL ? SSL_get1_peer_certificate(connection->tls) : NULL;
    (void)pthread_mutex_lock(&server->mutex);
    server->seen.connections++;
    (void)snprintf(server->seen.server_name, sizeof server->seen.server_name, "%s", name != NULL ? name : "");
    if (client != NULL)
        (void)X509_NAME_get_text_by_NID(X509_get_subject_name(client), NID_commonName, server->seen.client_name,
                                        sizeof server->seen.client_name);
    (void)pthread_mutex_unlock(&server->mutex);
    X509_free(client);
}

static void *serve(void *context)
{
    struct secure_connection *connection = context;
    bool http2 = connection->server->options.http2;
    if (connection->tls == NULL || SSL_accept(connection->tls) == 1) {
        const unsigned char *agreed = NULL;
        unsigned length = 0;
        see_handshake(connection);
        if (connection->tls != NULL)
            SSL_get0_alpn_selected(connection->tls, &agreed, &length);
        if (http2 && (connection->tls == NULL || length == 2))
            serve_http2(connection);
        else
            serve_http1(connection);
    }
    (void)shutdown(connection->descriptor, SHUT_RDWR);
    return NULL;
}

static void accept_one(struct secure_server *server, int descriptor)
{
    (void)pthread_mutex_lock(&server->mutex);
    if (server->stopping || server->connection_count == MOST_CONNECTIONS) {
        (void)close(descriptor);
    } else {
        struct secure_connection *connection = &server->connections[server->connection_count++];
        *connection = (struct secure_connection){.server = server, .descriptor = descriptor};
        if (server->context != NULL) {
            connection->tls = SSL_new(server->context);
            (void)SSL_set_fd(connection->tls, descriptor);
        }
        if (pthread_create(&connection->thread, NULL, serve, connection) != 0)
            abort();
    }
    (void)pthread_mutex_unlock(&server->mutex);
}

static void *accept_all(void *context)
{
    struct secure_server *server = context;
    sigset_t broken_pipe; /* of a client that goes away in the handshake; the threads of connections inherit it */
    (void)sigemptyset(&broken_pipe);
    (void)sigaddset(&broken_pipe, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);
    for (;;) {
        int descriptor = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        if (descriptor < 0)
            return NULL;
        accept_one(server, descriptor);
    }
}

/* HTTP/2 where the client offers it too. */
static int choose_protocol(SSL *tls, const unsigned char **chosen, unsigned char *length, const unsigned char *offered,
                           unsigned offered_length, void *context)
{
    (void)tls;
    (void)context;
    for (unsigned at = 0; at < offered_length; at += 1u + offered[at]) {
        if (offered[at] != 2 || memcmp(offered + at + 1, "h2", 2) != 0)
            continue;
        *chosen = offered + at + 1;
        *length = 2;
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
}

static void prepare_tls(struct secure_server *server)
{
    const struct secure_server_options *options = &server->options;
    server->context = SSL_CTX_new(TLS_server_method());
    assert_non_null(server->context);
    assert_int_equal(SSL_CTX_use_certificate_file(server->context, options->certificate, SSL_FILETYPE_PEM), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey_file(server->context, options->key, SSL_FILETYPE_PEM), 1);
    if (options->http2)
        SSL_CTX_set_alpn_select_cb(server->context, choose_protocol, NULL);
    if (options->client_authority == NULL)
        return;
    assert_int_equal(SSL_CTX_load_verify_locations(server->context, options->client_authority, NULL), 1);
    SSL_CTX_set_verify(server->context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

struct secure_server *secure_server_start(const struct secure_server_options *options)
{
    struct secure_server *server = memory_allocate(1, sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    server->options = *options;
    (void)pthread_mutex_init(&server->mutex, NULL);
    if (options->certificate != NULL)
        prepare_tls(server);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 128), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &length), 0);
    server->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&server->thread, NULL, accept_all, server), 0);
    return server;
}

void secure_server_stop(struct secure_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    server->stopping = true;
    (void)pthread_mutex_unlock(&server->mutex);
    (void)shutdown(server->listener, SHUT_RDWR);
    (void)pthread_join(server->thread, NULL);
    for (size_t i = 0; i < server->connection_count; i++) {
        struct secure_connection *connection = &server->connections[i];
        (void)shutdown(connection->descriptor, SHUT_RDWR);
        (void)pthread_join(connection->thread, NULL);
        SSL_free(connection->tls);
        (void)close(connection->descriptor);
    }
    (void)close(server->listener);
    SSL_CTX_free(server->context);
    (void)pthread_mutex_destroy(&server->mutex);
    free(server);
}

int secure_server_port(const struct secure_server *server)
{
    return server->port;
}

struct secure_server_seen secure_server_seen(struct secure_server *server)
{
    (void)pthread_mutex_lock(&server->mutex);
    struct secure_server_seen seen = server->seen;
    (void)pthread_mutex_unlock(&server->mutex);
    return seen;
}

/*
 * An HTTP server of tests whose answers a test writes byte by byte, so that it can fail in every way. On 127.0.0.1, one
 * thread a connection, no TLS.
 */
#ifndef TESTS_SUPPORT_FAKE_SERVER_H
#define TESTS_SUPPORT_FAKE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct fake_server;
struct fake_connection;

struct fake_request {
    int number; /* of this server, from 1 */
    const char *method;
    const char *path;    /* with query */
    const char *headers; /* every line, the first one too */
    const char *body;    /* "" when there is none */
};

/* Called on the connection's thread for every request; the connection is kept afterwards unless fake_close or fake_reset
 * was called. */
typedef void fake_handler(struct fake_connection *connection, const struct fake_request *request, void *context);

struct fake_server *fake_server_start(fake_handler *handler, void *context);
void fake_server_stop(struct fake_server *server); /* cuts every connection and joins */
int fake_server_port(const struct fake_server *server);
int fake_server_requests(struct fake_server *server);    /* so far */
int fake_server_connections(struct fake_server *server); /* so far */

void fake_send(struct fake_connection *connection, const char *text);
void fake_send_bytes(struct fake_connection *connection, const void *bytes, size_t length);

/* A whole answer with Content-Length. more: further header lines ("Retry-After: 1\r\n") or "". */
void fake_answer(struct fake_connection *connection, int code, const char *content_type, const char *more, const char *body);

/* The head of an answer that ends with the connection. */
void fake_answer_head(struct fake_connection *connection, const char *content_type);

void fake_close(struct fake_connection *connection);
void fake_reset(struct fake_connection *connection);

/* Waits; less when the server is stopped or the client has gone. False then. */
bool fake_wait(struct fake_connection *connection, double seconds);

/* Writes a kubeconfig (context "test") for a server's URL into a new file under the folder; token NULL = none. The caller
 * frees the path. */
char *fake_kubeconfig(const char *folder, const char *url, const char *token);

#endif

/*
 * A server of tests that speaks TLS, HTTP/1.1 and as much of HTTP/2 as answering takes (RFC 9113): each request is answered
 * 200 with the body "ok". On 127.0.0.1, one thread a connection.
 */
#ifndef TESTS_SUPPORT_SECURE_SERVER_H
#define TESTS_SUPPORT_SECURE_SERVER_H

#include <stdbool.h>

struct secure_server_options {
    const char *certificate, *key; /* files in PEM; NULL = no TLS */
    const char *client_authority;  /* clients need a certificate of this one; NULL = they need none */
    bool http2;                    /* offered in the handshake; without TLS: spoken from the first byte on */
};

/* What it has seen so far. */
struct secure_server_seen {
    int connections; /* whose handshake was completed */
    int requests;
    int http2_requests;
    char server_name[128]; /* of the latest handshake; "" = none */
    char client_name[128]; /* common name of the latest client's certificate */
};

struct secure_server;

struct secure_server *secure_server_start(const struct secure_server_options *options);
void secure_server_stop(struct secure_server *server); /* cuts every connection and joins */
int secure_server_port(const struct secure_server *server);
struct secure_server_seen secure_server_seen(struct secure_server *server);

#endif

/*
 * One HTTP exchange with the API server, without retries: TLS, credentials, kept connections, the end of a deadline or
 * of the caller's patience. Knows no Kubernetes objects.
 *
 * A transport is thread-safe: each exchange borrows an idle connection of the pool or opens one.
 */
#ifndef KUBE_TRANSPORT_H
#define KUBE_TRANSPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "kube/kubeconfig.h"

#define TRANSPORT_CONTENT_TYPE_SIZE 128
#define TRANSPORT_MAXIMUM_HEADERS (256u * 1024)

enum exchange_outcome {
    EXCHANGE_ANSWERED,       /* a whole answer came, whatever its code */
    EXCHANGE_STOPPED,        /* *stop became true */
    EXCHANGE_NO_CREDENTIALS, /* the program that hands them out failed: nothing was sent */
    EXCHANGE_TIMED_OUT,      /* the deadline passed */
    EXCHANGE_NOT_CONNECTED,  /* nothing was sent: refused, unreachable, no such name */
    EXCHANGE_NO_TLS,         /* the handshake broke: nothing was sent, and it seldom heals */
    EXCHANGE_UNTRUSTED,      /* a certificate or a setting is wrong: does not heal */
    EXCHANGE_LOST,           /* the connection broke or the answer was no HTTP */
    EXCHANGE_REJECTED        /* the receiver or the limit on headers ended it */
};

struct exchange {
    const char *method;
    const char *path;      /* with query; starts with '/' */
    const char *body_type; /* NULL = no body */
    const char *body;
    const char *header_name; /* one more header; NULL = none */
    const char *header_value;
    int64_t until;           /* clock_monotonic */
    const atomic_bool *stop; /* NULL = is not stopped; looked at every 100 ms */
    void *context;
    /* The answer's headers have come; NULL = does not matter. */
    void (*answered)(void *context, int code);
    /* Takes a part of the body on its arrival; false ends the exchange as EXCHANGE_REJECTED. */
    bool (*receive)(void *context, int code, const char *bytes, size_t length);

    /* Filled in: */
    int code;            /* HTTP status, 0 = none came */
    int64_t retry_after; /* nanoseconds, 0 = the answer does not say */
    char content_type[TRANSPORT_CONTENT_TYPE_SIZE];
    int64_t server_time; /* of the answer's Date; wall, 0 = none */
    uint64_t credentials_version;
};

struct transport;

/* Borrows the configuration. */
struct transport *transport_create(const struct kubeconfig *config);
void transport_destroy(struct transport *transport); /* no exchange is going on */

/* error says what went wrong (in words, with the server's URL, never a secret) unless the outcome is
 * EXCHANGE_ANSWERED or EXCHANGE_STOPPED. */
enum exchange_outcome transport_exchange(struct transport *transport, struct exchange *exchange, struct error *error);

/* After a 401: whether the same exchange may be tried with other credentials. */
bool transport_renew_credentials(struct transport *transport, const struct exchange *exchange);

/* A text as one step or value of a URL: everything but letters, digits and "-._" is escaped. The caller frees. */
char *transport_escape(const char *text);

/* Replaces the secrets that a text may quote (a server can echo what it was sent) and characters that a terminal
 * would obey. */
void transport_clean_text(struct transport *transport, struct error *error);

#endif

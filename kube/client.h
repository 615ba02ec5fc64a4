/*
 * What the files of this room share of a client.
 */
#ifndef KUBE_CLIENT_H
#define KUBE_CLIENT_H

#include <pthread.h>
#include <stdatomic.h>

#include "kube/kube.h"
#include "kube/kubeconfig.h"
#include "kube/limit.h"
#include "kube/transport.h"

struct discovered_group; /* discovery.c */

enum request_kind { REQUEST_READ, REQUEST_WATCH, REQUEST_WRITE, REQUEST_GENERATOR, REQUEST_KINDS };

struct kube_client {
    struct kubeconfig config;
    struct transport *transport;
    struct limit limit;
    atomic_ullong counts[REQUEST_KINDS];
    atomic_ullong repeated;
    pthread_mutex_t discovery_mutex;
    struct discovered_group *groups; /* guarded by discovery_mutex */
};

/* One exchange, counted, and not before the limit lets it. Otherwise as transport_exchange. */
enum exchange_outcome client_exchange(struct kube_client *client, enum request_kind kind, struct exchange *exchange,
                                      struct error *error);

/* One try of a request (method, path, body, until and stop of the exchange are given): the answer when one came, and an
 * error unless it is 2xx. */
enum exchange_outcome client_try(struct kube_client *client, enum request_kind kind, struct exchange *exchange,
                                 struct kube_answer *answer, struct error *error);

/* The error text of an answer that is not 2xx, from its Status when it is one. Always -1. */
int client_describe_failure(struct kube_client *client, int code, const cJSON *body, const char *text, struct error *error);

/* Sleeps for a duration, in steps that look at *stop (NULL allowed). */
void client_sleep(int64_t duration, const atomic_bool *stop);

/* The duration varied by a fifth up or down, so that many clients do not come back at the same time. */
int64_t client_jitter(int64_t duration);

/* Frees what discovery has cached. */
void discovery_release(struct kube_client *client);

#endif

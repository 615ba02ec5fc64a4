/*
 * Tokens of service accounts: what the kubelet gives to pods and `kubectl create token` to people. A token is bound to
 * its account and, when it is a pod's, to the pod: it ends with either.
 */
#ifndef CLUSTER_API_SERVICE_ACCOUNT_TOKEN_H
#define CLUSTER_API_SERVICE_ACCOUNT_TOKEN_H

#include <stdint.h>

#include "cluster/api/caller.h"
#include "cluster/api/json_web_token.h"
#include "cluster/api/status.h"
#include "cluster/api/store.h"

/* Kubernetes's own name for itself, issuer of the tokens and their audience. */
#define TOKEN_AUDIENCE "https://kubernetes.default.svc.cluster.local"
#define TOKEN_SECONDS_DEFAULT 3600
#define TOKEN_SECONDS_MINIMUM 600
#define TOKEN_SECONDS_MAXIMUM (INT64_C(1) << 32)

struct token_request {
    const char *namespace;
    const char *account;
    const struct object *pod; /* NULL = bound to no pod */
    const cJSON *audiences;   /* array of texts; NULL or empty = TOKEN_AUDIENCE */
    int64_t seconds;          /* life time */
};

/* A new token, which the caller wipes; NULL with a Status (404: no such account). */
char *service_account_token_issue(const struct json_web_key *key, struct store *store, const struct token_request *request,
                                  int64_t now_wall, struct status *status);

/* Whose token it is, when it is one of the key's, in time, for one of the audiences (NULL = TOKEN_AUDIENCE), and what it
 * is bound to is still there; else NULL. */
struct caller *service_account_token_caller(const struct json_web_key *key, struct store *store, const char *text,
                                            const cJSON *audiences, int64_t now_wall);

#endif

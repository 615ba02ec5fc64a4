/*
 * Who sends a request: the holder of the kubeconfig's token, a service account by its token, or, when one of them may,
 * whoever they ask to be taken for (impersonation).
 */
#ifndef CLUSTER_API_AUTHENTICATION_H
#define CLUSTER_API_AUTHENTICATION_H

#include "cluster/api/caller.h"
#include "cluster/api/credentials.h"
#include "cluster/api/status.h"
#include "cluster/api/store.h"

/* The user of the kubeconfig; a member of system:masters. */
#define ADMINISTRATOR "kubernetes-admin"

/* The caller that a bearer token stands for; NULL = nobody's. audiences as in service_account_token_caller. */
struct caller *authenticate_token(const struct credentials *credentials, struct store *store, const char *token,
                                  const cJSON *audiences, int64_t now_wall);

/* The caller of a request by its Authorization header (NULL allowed); NULL = 401. */
struct caller *authenticate_header(const struct credentials *credentials, struct store *store, const char *authorization,
                                   int64_t now_wall);

/* What the Impersonate- headers ask for. */
struct impersonation {
    const char *user; /* NULL = nobody is impersonated */
    const char *uid;  /* NULL = none */
    const char *groups[CALLER_GROUPS_MAXIMUM];
    size_t group_count;
};

/* Puts the impersonated caller in place of *caller, when that may do so; else -1 with a Status. */
int authenticate_impersonation(struct store *store, const struct impersonation *wanted, struct caller **caller,
                               struct status *status);

#endif

/*
 * What a client needs to trust and be trusted: a certificate authority and server certificate of this cluster's own,
 * a random bearer token, and the kubeconfig (mode 0600) that holds them.
 */
#ifndef CLUSTER_API_CREDENTIALS_H
#define CLUSTER_API_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/api/json_web_token.h"
#include "common/error.h"

struct credentials {
    char *authority_certificate;      /* PEM */
    char *server_certificate;         /* PEM */
    char *server_key;                 /* PEM; secret */
    char *token;                      /* secret; the kubeconfig's */
    struct json_web_key *account_key; /* signs the tokens of service accounts */
};

/* Makes all of them; address and "localhost" are the certificate's names; valid from an hour before now_wall for a year. */
int credentials_make(const char *address, int64_t now_wall, struct credentials *credentials, struct error *error);
void credentials_release(struct credentials *credentials); /* wipes the secrets */

/* Writes a kubeconfig with one cluster, user and context called name, atomically, mode 0600. */
int credentials_write_kubeconfig(const struct credentials *credentials, const char *path, const char *name,
                                 const char *server_url, struct error *error);

/* Compares in constant time. */
bool credentials_token_matches(const struct credentials *credentials, const char *token);

#endif

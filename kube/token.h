/*
 * The bearer token of a client: fixed, or in a file that somebody keeps fresh (as Kubernetes does for pods) and that is
 * read anew every ten seconds. Any thread may ask.
 */
#ifndef KUBE_TOKEN_H
#define KUBE_TOKEN_H

#include <pthread.h>
#include <stdint.h>

#include "kube/kubeconfig.h"

struct token {
    const struct kubeconfig *config;
    pthread_mutex_t mutex;
    char *text;   /* what the file held; guarded by mutex, as is what follows */
    int64_t time; /* monotonic; when it was read */
};

/* Borrows the configuration. Release with token_release. */
void token_init(struct token *token, const struct kubeconfig *config);
void token_release(struct token *token);

/* The token for a request, NULL when there is none; memory_wipe_text ends it. A file that cannot be read for a moment
 * leaves the last token in use. */
char *token_current(struct token *token);

#endif

/*
 * What a request wants, as authorization judges it, and its judgement: the one place between the front and its handlers.
 */
#ifndef CLUSTER_API_AUTHORIZATION_H
#define CLUSTER_API_AUTHORIZATION_H

#include "cluster/api/access.h"
#include "cluster/api/answer.h"
#include "cluster/api/http_request.h"

/* Borrows from the request. verb_text holds the verb of a path that is no resource. */
void authorization_read(const struct http_request *request, struct access *access, char verb_text[16]);

/* True when the caller of the request may have it; else answers 403. */
bool authorization_check(struct store *store, const struct http_request *request, struct answer *answer);

#endif

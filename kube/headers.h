/*
 * The headers of one request.
 */
#ifndef KUBE_HEADERS_H
#define KUBE_HEADERS_H

#include <curl/curl.h>

#include "kube/endpoint.h"
#include "kube/kubeconfig.h"
#include "kube/transport.h"

/* token: of the request, NULL = none. headers_free wipes them: they hold it. */
struct curl_slist *headers_make(const struct endpoint *endpoint, const struct kubeconfig *config, const struct exchange *exchange,
                                const char *token);
void headers_free(struct curl_slist *headers);

#endif

/*
 * /openapi/v2: a document without schemas. It tells clients that this server publishes none, so kubectl skips validation
 * on its own side and uses its built-in types for strategic merge patches; objects are judged by the registry alone.
 */
#ifndef CLUSTER_API_OPENAPI_H
#define CLUSTER_API_OPENAPI_H

#include "cluster/api/answer.h"
#include "cluster/api/http_request.h"

/* False when the path is none of its own. */
bool openapi_answer(const struct http_request *request, struct answer *answer);

#endif

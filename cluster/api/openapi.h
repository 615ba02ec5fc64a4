/*
 * /openapi/v2 and /openapi/v3: the documents of openapi_document.h as answers.
 */
#ifndef CLUSTER_API_OPENAPI_H
#define CLUSTER_API_OPENAPI_H

#include "cluster/api/answer.h"
#include "cluster/api/http_request.h"

/* For paths that begin with "openapi"; false when the path is none of its own. */
bool openapi_answer(const struct http_request *request, struct answer *answer);

#endif

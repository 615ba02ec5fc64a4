/*
 * The body of a request as a JSON tree, judged as kube-apiserver judges it before it looks at the fields.
 */
#ifndef CLUSTER_API_REQUEST_BODY_H
#define CLUSTER_API_REQUEST_BODY_H

#include "cluster/api/http_request.h"
#include "cluster/api/resource.h"
#include "cluster/api/status.h"

/* An object to create, update or apply. expected_version and expected_kind are filled in when the body has none; a body
 * of another kind is refused. NULL with Status 400 or 415. The caller deletes the tree. */
cJSON *request_body_object(const struct http_request *request, const char *expected_version, const char *expected_kind,
                           struct status *status);

/* Any JSON or YAML (a patch). NULL with Status 400. */
cJSON *request_body_tree(const struct http_request *request, bool yaml, struct status *status);

/* The DeleteOptions of a request that has a body, in any of the formats. NULL with Status 400. */
cJSON *request_body_delete_options(const struct http_request *request, struct status *status);

#endif

/*
 * `fieldValidation=Strict`: members that the kind does not have are refused, so that a typing mistake in a manifest is
 * told and not dropped. kubectl asks for it unless told otherwise.
 */
#ifndef CLUSTER_API_FIELD_VALIDATION_H
#define CLUSTER_API_FIELD_VALIDATION_H

#include "cluster/api/http_request.h"
#include "cluster/api/resource.h"
#include "cluster/api/status.h"
#include "common/json.h"

/* 0 when the request does not ask for strictness or the tree (an object, or a merge patch of one; members that start
 * with "$" are a patch's directives) has known members only. -1 with a 400 Status. */
int field_validation_check(const struct http_request *request, const struct resource *resource, const cJSON *tree,
                           struct status *status);

#endif

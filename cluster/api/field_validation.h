/*
 * `fieldValidation`: members that the kind does not have, or has twice in one object, are refused (Strict), told in a
 * warning (Warn, the default) or dropped (Ignore), so that a typing mistake in a manifest does not go unseen.
 */
#ifndef CLUSTER_API_FIELD_VALIDATION_H
#define CLUSTER_API_FIELD_VALIDATION_H

#include "cluster/api/answer.h"
#include "cluster/api/http_request.h"
#include "cluster/api/resource.h"
#include "common/json.h"

/* Judges an object, or a merge patch of one (members that start with "$" are a patch's directives). Warnings go into the
 * answer. -1 with a 400 Status. */
int field_validation_check(const struct http_request *request, const struct resource *resource, const cJSON *tree,
                           struct answer *answer, struct status *status);

#endif

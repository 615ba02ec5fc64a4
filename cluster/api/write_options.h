/*
 * What the query of a write asks for beside its object: dryRun, fieldManager, force, fieldValidation.
 */
#ifndef CLUSTER_API_WRITE_OPTIONS_H
#define CLUSTER_API_WRITE_OPTIONS_H

#include "cluster/api/http_request.h"
#include "cluster/api/status.h"

/* Judges the options of a verb (kind: "CreateOptions", "UpdateOptions", "PatchOptions" or "DeleteOptions"; apply: the patch
 * is an apply) and makes the client this thread's writer (writer.h). -1 with Kubernetes's 422 Status. */
int write_options_take(const struct http_request *request, const char *kind, bool apply, struct status *status);

#endif

/*
 * The description of the API that clients read for `kubectl explain` and for checks before they send, made from the
 * schemas (schema.h) and the definitions of custom resources. As Kubernetes has it: version 2 for everything in one
 * document (JSON, or protobuf as kubectl before 1.27 wants it), version 3 with a document for each group and version.
 */
#ifndef CLUSTER_API_OPENAPI_DOCUMENT_H
#define CLUSTER_API_OPENAPI_DOCUMENT_H

#include "cluster/api/resource.h"
#include "common/buffer.h"
#include "common/json.h"

enum openapi_version { OPENAPI_V2, OPENAPI_V3 };

/* All of these: the caller deletes the tree. */
cJSON *openapi_document_v2(void);
/* NULL when the group and version are not served. */
cJSON *openapi_document_v3(const char *group, const char *version);
/* Where the documents of version 3 are, with a hash of each. */
cJSON *openapi_index_v3(void);

/* openapi_schema.c: adds the shape of a resource, with all shapes it is made of, to the definitions (name to schema). */
void openapi_add_definitions(enum openapi_version version, const struct resource *resource, cJSON *definitions);

/* openapi_paths.c: adds what can be asked of a resource. */
void openapi_add_paths(enum openapi_version version, const struct resource *resource, cJSON *paths);
/* The group, version and kind of a resource, as x-kubernetes-group-version-kind has them. */
cJSON *openapi_kind(const struct resource *resource);

/* openapi_description.c: a sentence on a member of a type, or on the type itself (member NULL); NULL when there is none. */
const char *openapi_description(const char *type_name, const char *member);

/* openapi_protobuf.c: a document of version 2 in gnostic's protobuf (openapiv2/OpenAPIv2.proto). */
void openapi_encode_protobuf(const cJSON *document, struct buffer *bytes);

#endif

/*
 * In which form a client wants what it asked for: plain JSON, a Table of it, or the metadata alone.
 */
#ifndef CLUSTER_API_REPRESENTATION_H
#define CLUSTER_API_REPRESENTATION_H

#include "cluster/api/answer.h"
#include "cluster/api/http_request.h"
#include "cluster/api/object.h"
#include "cluster/api/table.h"

struct representation {
    const struct table_format *table; /* NULL = plain JSON */
    const struct resource *resource;  /* the version to show stored objects in; NULL: as they are */
    enum table_include include;
    bool partial; /* PartialObjectMetadata: the metadata alone */
};

/* From the Accept header (the first form that is served wins) and includeObject. False, with 406 in the answer, when
 * nothing that the client accepts is served. */
bool representation_choose(const struct http_request *request, const struct table_format *table,
                           struct representation *representation, struct answer *answer);
/* For objects of a resource, in the version that the request names. */
bool representation_of(const struct http_request *request, const struct resource *resource, struct representation *representation,
                       struct answer *answer);

/* The object as this representation shows it whole; a reference that the caller releases. */
struct object *representation_object(const struct representation *representation, struct object *object);

/* The PartialObjectMetadata of an object; the caller deletes it. */
cJSON *representation_partial(const cJSON *tree);

/* Whether the Accept header names this type with all its parameters ("application/json;g=...;v=v2;as=..."). */
bool accepts(const struct http_request *request, const char *type);

/* One object as the whole answer. */
void represent_object(const struct representation *representation, struct object *object, struct answer *answer, int code);
void represent_tree(const struct representation *representation, const cJSON *tree, struct answer *answer, int code);

#endif

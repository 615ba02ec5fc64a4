/*
 * In which form a client wants what it asked for: plain JSON or a Table of it.
 */
#ifndef CLUSTER_API_REPRESENTATION_H
#define CLUSTER_API_REPRESENTATION_H

#include "cluster/api/answer.h"
#include "cluster/api/http_request.h"
#include "cluster/api/object.h"
#include "cluster/api/table.h"

struct representation {
    const struct table_format *table; /* NULL = plain JSON */
    enum table_include include;
};

/* From the Accept header (the first form that is served wins) and includeObject. False, with 406 in the answer, when
 * nothing that the client accepts is served. */
bool representation_choose(const struct http_request *request, const struct table_format *table,
                           struct representation *representation, struct answer *answer);

/* One object as the whole answer. */
void represent_object(const struct representation *representation, const struct object *object, struct answer *answer, int code);
void represent_tree(const struct representation *representation, const cJSON *tree, struct answer *answer, int code);

#endif

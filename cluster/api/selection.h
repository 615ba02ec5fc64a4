/*
 * The objects that a collection request is about: those of its namespace that its label and field selectors match.
 */
#ifndef CLUSTER_API_SELECTION_H
#define CLUSTER_API_SELECTION_H

#include "cluster/api/front.h"
#include "cluster/api/selector.h"

struct selection {
    struct selector *labels; /* NULL = all */
    struct selector *fields; /* NULL = all */
};

/* From labelSelector and fieldSelector, judged for a resource (NULL: any field may be named); -1 with a 400 Status. */
int selection_open(const struct http_request *request, const struct resource *resource, struct selection *selection,
                   struct status *status);
void selection_release(struct selection *selection);
#define AUTO_SELECTION __attribute__((cleanup(selection_release)))

bool selection_matches(const struct selection *selection, const cJSON *object);

/* Removes the objects that do not match. */
void selection_filter(const struct selection *selection, struct object_list *list);

/* The whole selection of a request, without limit. */
int selection_read(struct front *front, const struct route *route, const struct http_request *request, struct object_list *list,
                   struct status *status);

/* A List object of them all. */
void selection_answer(const struct route *route, const struct object_list *list, struct answer *answer);

/* Text of a List: begin, items, end. The metadata's text is a JSON object. */
void list_begin(struct buffer *text, const struct resource *resource, const char *metadata);
void list_item(struct buffer *text, const struct resource *resource, struct object *object, bool first);
void list_end(struct buffer *text);

#endif

/*
 * Elements of lists that are told apart by keys (schema.h), for strategic merge patches and apply.
 */
#ifndef CLUSTER_API_LIST_MERGE_H
#define CLUSTER_API_LIST_MERGE_H

#include <stdbool.h>

#include "cluster/api/schema.h"

/* Lists longer than this are refused by whoever merges: each element is looked up in the other list. */
#define LIST_MERGE_MAXIMUM 2000

/* The element of the list with the same keys. A second key counts when both say it; a port without a protocol is TCP's.
 * NULL when there is none or when the element has no key. */
cJSON *list_find_like(const cJSON *list, const struct schema_field *field, const cJSON *element);

/* The same for a list of texts. */
cJSON *list_find_text(const cJSON *list, const char *text);

/* The step of a set of fields (field_set.h) that tells this element of a keyed list apart: k:{"name":"web"}, or v:"x" for a
 * text; the caller frees it. NULL when the element lacks a key. */
char *list_step(const struct schema_field *field, const cJSON *element);

/* Whether some object or list of the tree has more members than this. */
bool list_is_wide(const cJSON *tree, int maximum);

/* Whether elements of this list are told apart. */
bool list_is_keyed(const struct schema_field *field);

#endif

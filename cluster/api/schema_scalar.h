/*
 * Texts that stand for something, in the form in which they are stored. Each takes the value's place.
 */
#ifndef CLUSTER_API_SCHEMA_SCALAR_H
#define CLUSTER_API_SCHEMA_SCALAR_H

#include <stdbool.h>

#include "common/json.h"

/* A text or number becomes the canonical text of the quantity; -1 with Kubernetes's words when it is none. */
int schema_normalize_quantity(cJSON **value, struct error *error);

/* RFC 3339 in UTC with whole seconds, or with microseconds (MicroTime); "" becomes NULL; -1 with Go's words when it is no
 * time. */
int schema_normalize_time(cJSON **value, bool micro, struct error *error);

/* Bytes that are not UTF-8 become U+FFFD, as Go reads them: what is stored can be sent to anybody. */
void schema_normalize_text(cJSON **value);

#endif

/*
 * Members that get a value when they are left open.
 */
#ifndef CLUSTER_API_DEFAULTS_H
#define CLUSTER_API_DEFAULTS_H

#include "common/json.h"

/* "" counts as left open, as it does for texts that are no pointers in Go. */
void default_text(cJSON *object, const char *key, const char *value);
void default_integer(cJSON *object, const char *key, int64_t value);

#endif

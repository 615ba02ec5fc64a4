/*
 * The fields that a configuration names which somebody applies.
 */
#ifndef CLUSTER_API_FIELD_CONFIGURATION_H
#define CLUSTER_API_FIELD_CONFIGURATION_H

#include "cluster/api/schema.h"

/* A field set (field_set.h) that the caller deletes. NULL with what is wrong, as Kubernetes says it: members that the kind
 * does not have, elements without keys or with those of another. */
cJSON *field_configuration_set(const struct schema *schema, const cJSON *configuration, struct error *error);

#endif

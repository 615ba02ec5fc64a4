/*
 * What the structural schema of a CustomResourceDefinition does to objects: unknown members are dropped, defaults filled
 * in, and the rest judged with Kubernetes's words. Judged are type, nullable, required, enum, minimum, maximum, minLength,
 * maxLength, minItems, maxItems, minProperties, maxProperties and x-kubernetes-int-or-string. Not judged: pattern, format,
 * validation rules (CEL), allOf, anyOf, oneOf, not.
 */
#ifndef CLUSTER_API_CUSTOM_SCHEMA_H
#define CLUSTER_API_CUSTOM_SCHEMA_H

#include "cluster/api/problem.h"
#include "common/buffer.h"
#include "common/json.h"

/* Both change the object in place. The root's apiVersion, kind and metadata are left alone. */
void custom_schema_prune(const cJSON *schema, cJSON *object);
void custom_schema_default(const cJSON *schema, cJSON *object);

void custom_schema_validate(const cJSON *schema, const cJSON *object, struct problems *problems);

/* Adds the text `unknown field "spec.x"` for each member that pruning would drop; not many more than 64. */
void custom_schema_find_unknown(const cJSON *schema, const cJSON *object, cJSON *faults);

#endif

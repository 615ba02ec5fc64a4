/*
 * What a sync came to, as JSON in the shape of a scenario's `expect`.
 */
#ifndef TESTS_VECTORS_RESULT_H
#define TESTS_VECTORS_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "hpa/hpa.h"

/* The caller deletes the tree. */
cJSON *result_to_json(const struct hpa_autoscaler *autoscaler, bool scaled, int32_t replicas);

#endif

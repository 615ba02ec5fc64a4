/*
 * The pod-template-hash label: a short text that depends on a pod template alone.
 */
#ifndef CLUSTER_CONTROLLERS_TEMPLATE_HASH_H
#define CLUSTER_CONTROLLERS_TEMPLATE_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

#define TEMPLATE_HASH_LABEL "pod-template-hash"
#define TEMPLATE_HASH_SIZE 16

/* A 32-bit FNV-1a of the template with its members sorted, and of the number of collisions so far; as decimal digits in
 * Kubernetes's alphabet without vowels (up to 10 characters). Not the same value as Kubernetes's, which hashes Go's way
 * of printing the struct. Returns text. */
char *template_hash(const cJSON *template, int64_t collisions, char text[TEMPLATE_HASH_SIZE]);

/* The same template, apart from the label pod-template-hash. */
bool template_equal(const cJSON *left, const cJSON *right);

#endif

/*
 * Reading and shaping JSON trees (cJSON). Parsing is strict about the whole text: hostile input gives an error with
 * the offset, never a crash. Memory exhaustion ends the program (see memory.h), so that cJSON calls do not fail.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "common/error.h"
#include "common/memory.h"

/* Deepest nesting accepted. */
#define JSON_MAXIMUM_DEPTH 200

/* A tree that the caller deletes with cJSON_Delete, or NULL: not JSON, no UTF-8, nested too deep, bytes after the value, or a
 * text with a NUL character, which a C string cannot hold. */
cJSON *json_parse(const char *text, size_t length, struct error *error) __attribute__((warn_unused_result));

/* The tree as text without white space; the caller frees it. Never NULL. */
char *json_print(const cJSON *tree) __attribute__((returns_nonnull, warn_unused_result));

/* For CLEANUP(): deletes the tree that a variable owns. */
void json_delete_pointer(cJSON **tree);
#define AUTO_JSON CLEANUP(json_delete_pointer)

/* The node at a path of keys, NULL when any step is missing or no object: json_get(pod, "status", "phase"). */
#define json_get(tree, ...) json_get_path((tree), (const char *const[]){__VA_ARGS__, NULL})
cJSON *json_get_path(const cJSON *tree, const char *const *path);

/* The value of a node, or the fallback when the node is NULL, null or of another type. Integers are cut towards zero
 * and held within the range of int64_t. The text belongs to the tree. */
const char *json_text(const cJSON *node, const char *fallback);
int64_t json_integer(const cJSON *node, int64_t fallback);
bool json_boolean(const cJSON *node, bool fallback);

/* Sets (adds or replaces) a member of an object and takes ownership of the value. */
void json_set(cJSON *object, const char *key, cJSON *value_take);
void json_set_text(cJSON *object, const char *key, const char *value); /* U+FFFD for each byte that is no UTF-8 */
void json_set_integer(cJSON *object, const char *key, int64_t value);
void json_set_boolean(cJSON *object, const char *key, bool value);

/* The object at a key, added when it is missing (a member of another type is replaced). Belongs to the tree. */
cJSON *json_object_at(cJSON *object, const char *key);
cJSON *json_array_at(cJSON *object, const char *key);

void json_remove(cJSON *object, const char *key);

/* Makes a member of `to` a copy of that of `from`; removes it when `from` has none. */
void json_copy_member(cJSON *to, const cJSON *from, const char *key);

/* A copy with all its children; NULL stays NULL. */
cJSON *json_copy(const cJSON *tree) __attribute__((warn_unused_result));

/* Same shape and values; the order of members does not matter, that of array elements does. NULLs are equal. */
bool json_equal(const cJSON *left, const cJSON *right);

/* RFC 7386: changes target by patch and returns the result, which replaces target (take ownership of the returned
 * tree, forget target). */
cJSON *json_merge_patch(cJSON *target_take, const cJSON *patch) __attribute__((warn_unused_result));

#endif

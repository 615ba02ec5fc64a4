#include "common/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

#define NUL_ESCAPE "\\u0000"

static void *allocate_or_end(size_t size)
{
    return memory_allocate(size, 1);
}

__attribute__((constructor)) static void install_hooks(void)
{
    cJSON_Hooks hooks = {.malloc_fn = allocate_or_end, .free_fn = free};
    cJSON_InitHooks(&hooks);
}

/* What cJSON does not look at: it passes every byte through, ends texts at a NUL character, and its own nesting limit is 1,000,
 * where trees are walked recursively here. */
static int check_text(const char *text, size_t length, struct error *error)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0, taken = 0; i < length; i += taken) {
        const char character = text[i];
        taken = utf8_character(text + i, length - i);
        if (taken == 0)
            return error_set(error, "not JSON: no UTF-8 at byte %zu", i);
        if (in_string && character == '\\') {
            if (length - i >= sizeof NUL_ESCAPE - 1 && memcmp(text + i, NUL_ESCAPE, sizeof NUL_ESCAPE - 1) == 0)
                return error_set(error, "JSON texts with the character " NUL_ESCAPE " are not taken (byte %zu)", i);
            taken = 2;
        } else if (character == '"') {
            in_string = !in_string;
        } else if (!in_string && (character == '{' || character == '[')) {
            if (++depth > JSON_MAXIMUM_DEPTH)
                return error_set(error, "JSON is nested deeper than %d levels", JSON_MAXIMUM_DEPTH);
        } else if (!in_string && (character == '}' || character == ']')) {
            depth--;
        }
    }
    return 0;
}

static bool is_white_space(char character)
{
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

cJSON *json_parse(const char *text, size_t length, struct error *error)
{
    if (check_text(text, length, error) < 0)
        return NULL;
    const char *end = NULL;
    cJSON *tree = cJSON_ParseWithLengthOpts(text, length, &end, false);
    if (tree == NULL) {
        (void)error_set(error, "not JSON: error at byte %zu", end != NULL ? (size_t)(end - text) : 0);
        return NULL;
    }
    while (end < text + length && is_white_space(*end))
        end++;
    if (end < text + length) {
        cJSON_Delete(tree);
        (void)error_set(error, "not JSON: text after the value at byte %zu", (size_t)(end - text));
        return NULL;
    }
    return tree;
}

char *json_print(const cJSON *tree)
{
    char *text = cJSON_PrintUnformatted(tree);
    return text != NULL ? text : memory_copy_bytes("null", 4);
}

void json_delete_pointer(cJSON **tree)
{
    cJSON_Delete(*tree);
}

cJSON *json_get_path(const cJSON *tree, const char *const *path)
{
    const cJSON *node = tree;
    for (; *path != NULL && node != NULL; path++)
        node = cJSON_IsObject(node) ? cJSON_GetObjectItemCaseSensitive(node, *path) : NULL;
    return (cJSON *)(uintptr_t)node;
}

const char *json_text(const cJSON *node, const char *fallback)
{
    return cJSON_IsString(node) && node->valuestring != NULL ? node->valuestring : fallback;
}

int64_t json_integer(const cJSON *node, int64_t fallback)
{
    if (!cJSON_IsNumber(node) || isnan(node->valuedouble))
        return fallback;
    if (node->valuedouble >= 0x1p63)
        return INT64_MAX;
    if (node->valuedouble < -0x1p63)
        return INT64_MIN;
    return (int64_t)node->valuedouble;
}

bool json_boolean(const cJSON *node, bool fallback)
{
    return cJSON_IsBool(node) ? cJSON_IsTrue(node) != 0 : fallback;
}

void json_set(cJSON *object, const char *key, cJSON *value_take)
{
    if (cJSON_GetObjectItemCaseSensitive(object, key) != NULL)
        (void)cJSON_ReplaceItemInObjectCaseSensitive(object, key, value_take);
    else
        (void)cJSON_AddItemToObject(object, key, value_take);
}

void json_set_text(cJSON *object, const char *key, const char *value)
{
    const bool good = value == NULL || utf8_is_valid(value);
    AUTO_FREE char *copy = good ? NULL : utf8_copy(value);
    json_set(object, key, cJSON_CreateString(good ? value : copy));
}

void json_set_integer(cJSON *object, const char *key, int64_t value)
{
    json_set(object, key, cJSON_CreateNumber((double)value));
}

void json_set_boolean(cJSON *object, const char *key, bool value)
{
    json_set(object, key, cJSON_CreateBool(value));
}

cJSON *json_object_at(cJSON *object, const char *key)
{
    cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    if (cJSON_IsObject(member))
        return member;
    member = cJSON_CreateObject();
    json_set(object, key, member);
    return member;
}

cJSON *json_array_at(cJSON *object, const char *key)
{
    cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    if (cJSON_IsArray(member))
        return member;
    member = cJSON_CreateArray();
    json_set(object, key, member);
    return member;
}

void json_remove(cJSON *object, const char *key)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
}

void json_copy_member(cJSON *to, const cJSON *from, const char *key)
{
    const cJSON *value = json_get(from, key);
    if (value != NULL)
        json_set(to, key, json_copy(value));
    else
        json_remove(to, key);
}

cJSON *json_copy(const cJSON *tree)
{
    return tree == NULL ? NULL : cJSON_Duplicate(tree, true);
}

static bool members_equal(const cJSON *left, const cJSON *right)
{
    const cJSON *beside = right->child;
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, left) {
        const cJSON *other = beside;
        if (beside == NULL || strcmp(beside->string, member->string) != 0)
            other = cJSON_GetObjectItemCaseSensitive(right, member->string);
        if (other == NULL || !json_equal(member, other))
            return false;
        beside = beside != NULL ? beside->next : NULL;
    }
    return true;
}

static bool elements_equal(const cJSON *left, const cJSON *right)
{
    const cJSON *first = left->child, *second = right->child;
    for (; first != NULL && second != NULL; first = first->next, second = second->next) {
        if (!json_equal(first, second))
            return false;
    }
    return first == second;
}

/* Not cJSON_Compare: that one compares each level of objects twice, so its time doubles with each level. */
bool json_equal(const cJSON *left, const cJSON *right)
{
    if (left == NULL || right == NULL || left == right)
        return left == right;
    if ((left->type & 0xFF) != (right->type & 0xFF))
        return false;
    if (cJSON_IsObject(left))
        return cJSON_GetArraySize(left) == cJSON_GetArraySize(right) && members_equal(left, right);
    if (cJSON_IsArray(left))
        return elements_equal(left, right);
    if (cJSON_IsNumber(left))
        return !(left->valuedouble < right->valuedouble) && !(left->valuedouble > right->valuedouble);
    if (cJSON_IsString(left))
        return strcmp(left->valuestring, right->valuestring) == 0;
    return true;
}

cJSON *json_merge_patch(cJSON *target_take, const cJSON *patch)
{
    if (!cJSON_IsObject(patch)) {
        cJSON_Delete(target_take);
        return json_copy(patch);
    }
    cJSON *target = target_take;
    if (!cJSON_IsObject(target)) {
        cJSON_Delete(target);
        target = cJSON_CreateObject();
    }
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, patch) {
        cJSON *current = cJSON_DetachItemFromObjectCaseSensitive(target, member->string);
        if (cJSON_IsNull(member))
            cJSON_Delete(current);
        else
            (void)cJSON_AddItemToObject(target, member->string, json_merge_patch(current, member));
    }
    return target;
}

#include "cluster/controllers/template_hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t hash_bytes(uint32_t hash, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * UINT32_C(16777619);
    return hash;
}

static uint32_t hash_text(uint32_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text) + 1);
}

static int compare_names(const void *left, const void *right)
{
    const cJSON *const *left_member = left;
    const cJSON *const *right_member = right;
    return strcmp((*left_member)->string, (*right_member)->string);
}

static uint32_t hash_tree(uint32_t hash, const cJSON *tree);

/* Sums in the order of the names: the order in which a client wrote them does not count. */
static uint32_t hash_object(uint32_t hash, const cJSON *object)
{
    size_t count = (size_t)cJSON_GetArraySize(object);
    AUTO_FREE const cJSON **members = memory_allocate(count + 1, sizeof(cJSON *));
    const cJSON *member = object->child;
    for (size_t i = 0; i < count; i++, member = member->next)
        members[i] = member;
    qsort(members, count, sizeof(cJSON *), compare_names);
    for (size_t i = 0; i < count; i++)
        hash = hash_tree(hash_text(hash, members[i]->string), members[i]);
    return hash;
}

static uint32_t hash_tree(uint32_t hash, const cJSON *tree)
{
    if (cJSON_IsObject(tree))
        return hash_text(hash_object(hash_text(hash, "{"), tree), "}");
    if (cJSON_IsArray(tree)) {
        const cJSON *element = NULL;
        hash = hash_text(hash, "[");
        cJSON_ArrayForEach (element, tree)
            hash = hash_tree(hash, element);
        return hash_text(hash, "]");
    }
    AUTO_FREE char *text = json_print(tree);
    return hash_text(hash, text);
}

char *template_hash(const cJSON *template, int64_t collisions, char text[TEMPLATE_HASH_SIZE])
{
    static const char alphabet[] = "bcdfghjklmnpqrstvwxz2456789";
    uint32_t hash = hash_tree(UINT32_C(2166136261), template);
    if (collisions > 0)
        hash = hash_bytes(hash, (const char *)&collisions, sizeof collisions);
    (void)snprintf(text, TEMPLATE_HASH_SIZE, "%" PRIu32, hash);
    for (char *digit = text; *digit != '\0'; digit++)
        *digit = alphabet[(unsigned char)*digit % (sizeof alphabet - 1)];
    return text;
}

static cJSON *without_hash(const cJSON *template)
{
    cJSON *copy = json_copy(template);
    cJSON *labels = json_get(copy, "metadata", "labels");
    if (labels != NULL)
        json_remove(labels, TEMPLATE_HASH_LABEL);
    return copy;
}

bool template_equal(const cJSON *left, const cJSON *right)
{
    AUTO_JSON cJSON *left_copy = without_hash(left);
    AUTO_JSON cJSON *right_copy = without_hash(right);
    return json_equal(left_copy, right_copy);
}

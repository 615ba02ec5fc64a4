#include "cluster/api/list_merge.h"

#include <string.h>

bool list_is_keyed(const struct schema_field *field)
{
    return field != NULL && field->merge_key != NULL && (field->type == SCHEMA_LIST || field->type == SCHEMA_TEXT_LIST);
}

/* Kubernetes's default for the one key that has one. */
static const char *implied_key(const char *key)
{
    return strcmp(key, "protocol") == 0 ? "TCP" : "";
}

static bool same_second_key(const struct schema_field *field, const cJSON *left, const cJSON *right)
{
    if (field->second_key == NULL)
        return true;
    const char *implied = implied_key(field->second_key);
    return strcmp(json_text(json_get(left, field->second_key), implied),
                  json_text(json_get(right, field->second_key), implied)) == 0;
}

cJSON *list_find_like(const cJSON *list, const struct schema_field *field, const cJSON *element)
{
    const cJSON *key = json_get(element, field->merge_key);
    cJSON *candidate = NULL;
    if (key == NULL)
        return NULL;
    cJSON_ArrayForEach (candidate, list) {
        if (json_equal(json_get(candidate, field->merge_key), key) && same_second_key(field, candidate, element))
            return candidate;
    }
    return NULL;
}

cJSON *list_find_text(const cJSON *list, const char *text)
{
    cJSON *candidate = NULL;
    cJSON_ArrayForEach (candidate, list) {
        if (strcmp(json_text(candidate, ""), text) == 0)
            return candidate;
    }
    return NULL;
}

static bool take_key(cJSON *keys, const char *key, const cJSON *element)
{
    const cJSON *value = json_get(element, key);
    bool absent = value == NULL || cJSON_IsNull(value);
    if (absent && implied_key(key)[0] == '\0')
        return false;
    json_set(keys, key, absent ? cJSON_CreateString(implied_key(key)) : json_copy(value));
    return true;
}

char *list_step(const struct schema_field *field, const cJSON *element)
{
    if (field->type == SCHEMA_TEXT_LIST) {
        AUTO_FREE char *value = json_print(element);
        return memory_format("v:%s", value);
    }
    AUTO_JSON cJSON *keys = cJSON_CreateObject();
    bool swapped = field->second_key != NULL && strcmp(field->second_key, field->merge_key) < 0;
    const char *first = swapped ? field->second_key : field->merge_key;
    const char *second = swapped ? field->merge_key : field->second_key;
    if (!cJSON_IsObject(element) || !take_key(keys, first, element) || (second != NULL && !take_key(keys, second, element)))
        return NULL;
    AUTO_FREE char *text = json_print(keys);
    return memory_format("k:%s", text);
}

bool list_is_wide(const cJSON *tree, int maximum)
{
    if (cJSON_GetArraySize(tree) > maximum)
        return true;
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, tree) {
        if (list_is_wide(member, maximum))
            return true;
    }
    return false;
}

#include "cluster/api/list_merge.h"

#include <string.h>

bool list_is_keyed(const struct schema_field *field)
{
    return field != NULL && field->merge_key != NULL && (field->type == SCHEMA_LIST || field->type == SCHEMA_TEXT_LIST);
}

static bool same_second_key(const struct schema_field *field, const cJSON *left, const cJSON *right)
{
    if (field->second_key == NULL)
        return true;
    const char *implied = strcmp(field->second_key, "protocol") == 0 ? "TCP" : "";
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

#include "cluster/api/access_rule.h"

#include <string.h>

/* The list names the text, or everything by a "*". */
static bool matches(const cJSON *list, const char *text)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, list) {
        const char *value = json_text(item, "");
        if (strcmp(value, "*") == 0 || strcmp(value, text) == 0)
            return true;
    }
    return false;
}

static bool names_resource(const char *value, const struct access *access)
{
    size_t length = strlen(access->resource);
    if (strcmp(value, "*") == 0)
        return true;
    if (access->subresource[0] == '\0')
        return strcmp(value, access->resource) == 0;
    if (value[0] == '*' && value[1] == '/')
        return strcmp(value + 2, access->subresource) == 0;
    return strncmp(value, access->resource, length) == 0 && value[length] == '/' &&
           strcmp(value + length + 1, access->subresource) == 0;
}

static bool matches_resource(const cJSON *resources, const struct access *access)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, resources) {
        if (names_resource(json_text(item, ""), access))
            return true;
    }
    return false;
}

/* Without names a rule is for all of them; here a "*" has no meaning. */
static bool matches_name(const cJSON *names, const char *name)
{
    if (cJSON_GetArraySize(names) == 0)
        return true;
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, names) {
        if (strcmp(json_text(item, ""), name) == 0)
            return true;
    }
    return false;
}

/* A "*" at the end stands for whatever follows. */
static bool matches_path(const cJSON *urls, const char *path)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, urls) {
        const char *value = json_text(item, "");
        size_t length = strlen(value);
        bool open = length > 0 && value[length - 1] == '*';
        while (open && length > 0 && value[length - 1] == '*')
            length--;
        if (strcmp(value, path) == 0 || (open && strncmp(value, path, length) == 0))
            return true;
    }
    return false;
}

bool access_rule_allows(const cJSON *rule, const struct access *access)
{
    if (!matches(json_get(rule, "verbs"), access->verb))
        return false;
    if (!access->is_resource)
        return matches_path(json_get(rule, "nonResourceURLs"), access->path);
    return matches(json_get(rule, "apiGroups"), access->group) && matches_resource(json_get(rule, "resources"), access) &&
           matches_name(json_get(rule, "resourceNames"), access->name);
}

#include "cluster/api/defaults.h"

void default_text(cJSON *object, const char *key, const char *value)
{
    if (json_text(json_get(object, key), "")[0] == '\0')
        json_set_text(object, key, value);
}

void default_integer(cJSON *object, const char *key, int64_t value)
{
    if (json_get(object, key) == NULL)
        json_set_integer(object, key, value);
}

#include "driver/observe/workload.h"

#include <string.h>

const cJSON *object_controller(const cJSON *object)
{
    const cJSON *owner;
    cJSON_ArrayForEach (owner, json_get(object, "metadata", "ownerReferences")) {
        if (json_boolean(json_get(owner, "controller"), false))
            return owner;
    }
    return NULL;
}

bool workload_is(const char *workload, const char *name)
{
    return workload[0] == '\0' ? strcmp(name, WORKLOAD_GENERATORS) != 0 : strcmp(name, workload) == 0;
}

bool workload_has_owner(const char *workload, const char *owner)
{
    size_t length = strlen(workload);
    if (length == 0)
        return !workload_has_owner(WORKLOAD_GENERATORS, owner);
    if (strncmp(owner, workload, length) != 0)
        return false;
    const char *rest = owner + length;
    return *rest == '\0' || (*rest == '-' && strchr(rest + 1, '-') == NULL);
}

const char *workload_of_watched(const char *watched)
{
    const char *slash = strchr(watched, '/');
    return slash != NULL ? slash + 1 : NULL;
}

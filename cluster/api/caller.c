#include "cluster/api/caller.h"

#include <stdlib.h>
#include <string.h>

struct caller *caller_create(const char *user, const char *uid)
{
    struct caller *caller = memory_allocate(1, sizeof *caller);
    caller->user = memory_copy_text(user);
    caller->uid = memory_copy_text(uid);
    return caller;
}

void caller_destroy(struct caller *caller)
{
    if (caller == NULL)
        return;
    for (size_t i = 0; i < caller->group_count; i++)
        free(caller->groups[i]);
    cJSON_Delete(caller->extra);
    free(caller->user);
    free(caller->uid);
    free(caller);
}

void caller_destroy_pointer(struct caller **caller)
{
    caller_destroy(*caller);
}

bool caller_has_group(const struct caller *caller, const char *group)
{
    for (size_t i = 0; i < caller->group_count; i++) {
        if (strcmp(caller->groups[i], group) == 0)
            return true;
    }
    return false;
}

void caller_add_group(struct caller *caller, const char *group)
{
    if (caller->group_count < CALLER_GROUPS_MAXIMUM && !caller_has_group(caller, group))
        caller->groups[caller->group_count++] = memory_copy_text(group);
}

struct caller *caller_of_service_account(const char *namespace, const char *name, const char *uid)
{
    AUTO_FREE char *user = memory_format(SERVICE_ACCOUNT_PREFIX "%s:%s", namespace, name);
    AUTO_FREE char *group = memory_format(GROUP_SERVICE_ACCOUNTS ":%s", namespace);
    struct caller *caller = caller_create(user, uid);
    caller_add_group(caller, GROUP_SERVICE_ACCOUNTS);
    caller_add_group(caller, group);
    caller_add_group(caller, GROUP_AUTHENTICATED);
    return caller;
}

cJSON *caller_user_info(const struct caller *caller)
{
    cJSON *information = cJSON_CreateObject();
    json_set_text(information, "username", caller->user);
    if (caller->uid[0] != '\0')
        json_set_text(information, "uid", caller->uid);
    for (size_t i = 0; i < caller->group_count; i++)
        cJSON_AddItemToArray(json_array_at(information, "groups"), cJSON_CreateString(caller->groups[i]));
    if (caller->extra != NULL)
        json_set(information, "extra", json_copy(caller->extra));
    return information;
}

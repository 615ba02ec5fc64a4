#include "cluster/api/escalation.h"

#include <string.h>

#include "common/buffer.h"

#define ACCESS_GROUP "rbac.authorization.k8s.io"
#define MESSAGE_MAXIMUM (16 * 1024)

static bool is_one_of(const char *text, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (strcmp(text, *list) == 0)
            return true;
    }
    return false;
}

static bool may(struct store *store, const struct access *access, const char *verb, const char *resource, const char *name)
{
    struct access other = *access;
    other.verb = verb;
    other.resource = resource;
    other.name = name;
    if (strcmp(resource, "clusterroles") == 0 && strcmp(access->resource, "rolebindings") != 0)
        other.namespace = "";
    return access_is_allowed(store, &other, NULL);
}

static bool may_grant(struct store *store, const struct access *access)
{
    if (strcmp(access->resource, "roles") == 0 || strcmp(access->resource, "clusterroles") == 0)
        return may(store, access, "escalate", access->resource, access->name);
    bool local = strcmp(access->resource, "rolebindings") == 0;
    return may(store, access, "bind", "clusterroles", "") && (!local || may(store, access, "bind", "roles", ""));
}

int escalation_check(struct store *store, const struct access *access, struct status *status)
{
    static const char *const resources[] = {"roles", "clusterroles", "rolebindings", "clusterrolebindings", NULL};
    static const char *const verbs[] = {"create", "update", "patch", NULL};
    if (!access->is_resource || strcmp(access->group, ACCESS_GROUP) != 0 || !is_one_of(access->resource, resources) ||
        !is_one_of(access->verb, verbs) || may_grant(store, access))
        return 0;
    AUTO_BUFFER struct buffer groups;
    buffer_init(&groups, MESSAGE_MAXIMUM);
    for (size_t i = 0; i < access->caller->group_count; i++)
        buffer_append_format(&groups, "%s\"%s\"", i > 0 ? " " : "", access->caller->groups[i]);
    AUTO_FREE char *name = access->name[0] != '\0' ? memory_format(" \"%s\"", access->name) : memory_copy_text("");
    (void)status_set(status, 403, "Forbidden",
                     "%s." ACCESS_GROUP "%s is forbidden: user \"%s\" (groups=[%s]) is attempting to grant RBAC permissions not "
                     "currently held",
                     access->resource, name, access->caller->user, groups.data);
    status_set_details(status, access->name, access->group, access->resource);
    return -1;
}

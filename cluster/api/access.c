#include "cluster/api/access.h"

#include <string.h>

#include "cluster/api/access_rule.h"
#include "common/buffer.h"

#define REASON_MAXIMUM (64 * 1024)

struct search {
    const struct access *access;
    bool allowed;
    char *source;
};

static bool look_at_rule(const cJSON *rule, const char *source, void *context)
{
    struct search *search = context;
    if (!access_rule_allows(rule, search->access))
        return true;
    search->allowed = true;
    search->source = memory_copy_text(source);
    return false;
}

/* `RBAC: ` and what went wrong; several faults stand between brackets. "" when nothing did. */
static char *problems_text(const cJSON *problems)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, REASON_MAXIMUM);
    bool several = cJSON_GetArraySize(problems) > 1;
    const cJSON *problem = NULL;
    cJSON_ArrayForEach (problem, problems)
        buffer_append_format(&text, "%s%s", text.length == 0 ? (several ? "RBAC: [" : "RBAC: ") : ", ", json_text(problem, ""));
    if (several)
        buffer_append_character(&text, ']');
    return buffer_steal(&text);
}

bool access_is_allowed(struct store *store, const struct access *access, char **reason)
{
    struct search search = {.access = access};
    AUTO_JSON cJSON *problems = NULL;
    if (caller_has_group(access->caller, GROUP_MASTERS)) {
        if (reason != NULL)
            *reason = memory_copy_text("");
        return true;
    }
    access_visit_rules(store, access->caller, access->is_resource ? access->namespace : "", look_at_rule, &search, &problems);
    AUTO_FREE char *source = search.source;
    if (reason != NULL)
        *reason = search.allowed ? memory_format("RBAC: allowed by %s", source) : problems_text(problems);
    return search.allowed;
}

/* What was wanted, in Kubernetes's words. The caller frees it. */
static char *describe(const struct access *access)
{
    const char *user = access->caller->user;
    if (!access->is_resource)
        return memory_format("User \"%s\" cannot %s path \"%s\"", user, access->verb, access->path);
    AUTO_FREE char *what =
        memory_format("User \"%s\" cannot %s resource \"%s%s%s\" in API group \"%s\"", user, access->verb, access->resource,
                      access->subresource[0] != '\0' ? "/" : "", access->subresource, access->group);
    return access->namespace[0] != '\0' ? memory_format("%s in the namespace \"%s\"", what, access->namespace)
                                        : memory_format("%s at the cluster scope", what);
}

void access_refuse(const struct access *access, const char *reason, struct status *status)
{
    AUTO_FREE char *what = describe(access);
    AUTO_FREE char *message = memory_format("%s%s%s", what, reason[0] != '\0' ? ": " : "", reason);
    const char *dot = access->group[0] != '\0' ? "." : "";
    if (!access->is_resource)
        (void)status_set(status, 403, "Forbidden", "forbidden: %s", message);
    else if (access->name[0] == '\0')
        (void)status_set(status, 403, "Forbidden", "%s%s%s is forbidden: %s", access->resource, dot, access->group, message);
    else
        (void)status_set(status, 403, "Forbidden", "%s%s%s \"%s\" is forbidden: %s", access->resource, dot, access->group,
                         access->name, message);
    status_set_details(status, access->name, access->group, access->resource);
}

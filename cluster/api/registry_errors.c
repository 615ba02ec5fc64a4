#include "cluster/api/registry_internal.h"

static const char *separator(const struct resource *resource)
{
    return resource->group[0] != '\0' ? "." : "";
}

static int finish(struct status *status, const struct resource *resource, const char *name)
{
    status_set_details(status, name, resource->group, resource->plural);
    return -1;
}

int fail_not_found(struct status *status, const struct resource *resource, const char *name)
{
    (void)status_set(status, 404, "NotFound", "%s%s%s \"%s\" not found", resource->plural, separator(resource), resource->group,
                     name);
    return finish(status, resource, name);
}

int fail_exists(struct status *status, const struct resource *resource, const char *name)
{
    (void)status_set(status, 409, "AlreadyExists", "%s%s%s \"%s\" already exists", resource->plural, separator(resource),
                     resource->group, name);
    return finish(status, resource, name);
}

int fail_conflict(struct status *status, const struct resource *resource, const char *name, const char *why)
{
    (void)status_set(status, 409, "Conflict", "Operation cannot be fulfilled on %s%s%s \"%s\": %s", resource->plural,
                     separator(resource), resource->group, name, why);
    return finish(status, resource, name);
}

int fail_modified(struct status *status, const struct resource *resource, const char *name)
{
    return fail_conflict(status, resource, name,
                         "the object has been modified; please apply your changes to the latest version and try again");
}

int fail_forbidden(struct status *status, const struct resource *resource, const char *name, const char *why)
{
    (void)status_set(status, 403, "Forbidden", "%s%s%s \"%s\" is forbidden: %s", resource->plural, separator(resource),
                     resource->group, name, why);
    return finish(status, resource, name);
}

int fail_full(struct status *status)
{
    return status_set(status, 500, "", "etcdserver: mvcc: database space exceeded");
}

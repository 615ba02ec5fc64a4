#include "cluster/api/version.h"

#include "cluster/api/object_internal.h"

const struct schema *version_schema(const struct resource *resource)
{
    return resource->conversion != NULL ? resource->conversion->schema : schema_of(resource->id);
}

static void name_version(const struct resource *resource, cJSON *tree)
{
    char version[64];
    json_set_text(tree, "kind", resource->kind);
    json_set_text(tree, "apiVersion", resource_api_version(resource, version));
}

void version_take_partial(const struct resource *resource, cJSON *tree)
{
    if (resource->conversion == NULL)
        return;
    resource->conversion->to_stored(tree);
    name_version(resource_by_id(resource->id), tree);
}

int version_take(const struct resource *resource, cJSON **tree, struct status *status)
{
    struct error error = ERROR_NONE;
    if (resource->conversion == NULL)
        return 0;
    if (schema_normalize(resource->conversion->schema, tree, &error) != 0)
        return status_set(status, 400, "BadRequest", "%s in version \"%s\" cannot be handled as a %s: %s", resource->kind,
                          resource->version, resource->kind, error.text);
    version_take_partial(resource, *tree);
    return 0;
}

cJSON *version_tree(const struct resource *resource, const cJSON *stored)
{
    cJSON *tree = json_copy(stored);
    if (resource->conversion == NULL)
        return tree;
    resource->conversion->from_stored(tree);
    /* What is stored has the right types, and so has what is made of it. */
    (void)schema_normalize(resource->conversion->schema, &tree, NULL);
    name_version(resource, tree);
    return tree;
}

struct object *version_object(const struct resource *resource, struct object *stored)
{
    if (resource->conversion == NULL)
        return object_reference(stored);
    return object_create(resource->id, version_tree(resource, object_tree(stored)), object_version(stored));
}

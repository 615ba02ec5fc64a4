#include <string.h>

#include "cluster/api/apply_merge.h"
#include "cluster/api/field_configuration.h"
#include "cluster/api/field_set.h"
#include "cluster/api/list_merge.h"
#include "cluster/api/managed_fields.h"
#include "cluster/api/ownership.h"
#include "cluster/api/registry_internal.h"
#include "cluster/api/writer.h"

/* One apply on its way. */
struct application {
    const struct resource *resource;
    const char *namespace;
    const char *name;
    enum subresource subresource;
    const cJSON *configuration;
    struct field_apply apply;
};

/* Quantities and times as they are stored, so that they compare with what is there; judges without changing. */
static int check_configuration(const struct resource *resource, const cJSON *tree, const char *namespace, const char *name,
                               struct status *status)
{
    if (json_get(tree, "metadata", "managedFields") != NULL)
        return status_set(status, 400, "BadRequest", "metadata.managedFields must be nil");
    if (list_is_wide(tree, LIST_MERGE_MAXIMUM))
        return status_set(status, 413, "RequestEntityTooLarge", "a list or an object has more than %d members",
                          LIST_MERGE_MAXIMUM);
    AUTO_JSON cJSON *copy = json_copy(tree);
    if (decode_object(resource, &copy, status) < 0)
        return -1;
    return decode_check_location(resource, copy, namespace, name, status);
}

/* The fields that the configuration names, without the half of the object that this path does not write. */
static cJSON *configuration_set(const struct resource *resource, const cJSON *configuration, const char *namespace,
                                const char *name, enum subresource subresource, struct status *status)
{
    char api_version[64];
    struct error error = ERROR_NONE;
    cJSON *set = field_configuration_set(schema_of(resource->id), configuration, &error);
    if (set == NULL) {
        (void)status_set(status, 500, "", "failed to create typed patch object (%s/%s; %s, Kind=%s): %s",
                         namespace != NULL ? namespace : "", name, resource_api_version(resource, api_version), resource->kind,
                         error.text);
        return NULL;
    }
    if (subresource == SUBRESOURCE_STATUS)
        json_remove(set, "f:spec");
    else if (resource->has_status)
        json_remove(set, "f:status");
    return set;
}

static int apply_new(struct registry *registry, const struct application *application, struct object **applied,
                     struct status *status)
{
    const struct resource *resource = application->resource;
    AUTO_JSON cJSON *tree = json_copy(application->configuration);
    if (decode_object(resource, &tree, status) < 0 ||
        decode_check_location(resource, tree, application->namespace, application->name, status) < 0)
        return -1;
    json_remove(json_object_at(tree, "metadata"), "resourceVersion");
    return create_object(registry, resource, &tree, &application->apply, applied, status);
}

/* What the live object becomes: the configuration laid over it, what the manager has let go of taken away. */
static cJSON *merged_tree(const struct application *application, const struct object *old)
{
    char api_version[64];
    const struct schema *schema = schema_of(application->resource->id);
    const struct field_write write = {.manager = writer_manager(),
                                      .api_version = resource_api_version(application->resource, api_version),
                                      .subresource = application->subresource};
    const cJSON *entries = json_get(object_tree(old), "metadata", "managedFields");
    cJSON *tree = apply_merge(schema, json_copy(object_tree(old)), application->configuration);
    const cJSON *last = managed_fields_applied(entries, &write);
    if (last != NULL) {
        AUTO_JSON cJSON *owned = managed_fields_of_others(entries, &write);
        field_set_add(owned, application->apply.set);
        apply_prune(schema, tree, last, owned);
    }
    return tree;
}

static int apply_over(struct registry *registry, const struct application *application, const struct object *old,
                      struct object **applied, struct status *status)
{
    if (check_preconditions(old, application->configuration, status) < 0)
        return -1;
    AUTO_JSON cJSON *tree = merged_tree(application, old);
    if (application->subresource == SUBRESOURCE_STATUS) {
        cJSON *with = with_status(old, tree);
        return write_applied(registry, old, with, SUBRESOURCE_STATUS, &application->apply, applied, status);
    }
    keep_old_parts(old, tree);
    return write_applied(registry, old, steal_pointer(&tree), SUBRESOURCE_NONE, &application->apply, applied, status);
}

int registry_apply(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                   enum subresource subresource, cJSON *configuration_take, bool force, bool *created_new,
                   struct object **applied, struct status *status)
{
    const struct resource *description = resource_by_id(resource);
    AUTO_JSON cJSON *configuration = configuration_take;
    if (applied != NULL)
        *applied = NULL;
    if (check_configuration(description, configuration, namespace, name, status) < 0)
        return -1;
    AUTO_JSON cJSON *set = configuration_set(description, configuration, namespace, name, subresource, status);
    if (set == NULL)
        return -1;
    const struct application application = {.resource = description,
                                            .namespace = namespace,
                                            .name = name,
                                            .subresource = subresource,
                                            .configuration = configuration,
                                            .apply = {.set = set, .force = force}};
    const char *scope = description->namespaced && namespace != NULL ? namespace : "";
    registry_lock(registry);
    AUTO_OBJECT struct object *present = store_get(registry->store, resource, scope, name);
    int outcome = -1;
    if (present != NULL)
        outcome = apply_over(registry, &application, present, applied, status);
    else if (subresource != SUBRESOURCE_NONE)
        (void)fail_not_found(status, description, name);
    else
        outcome = apply_new(registry, &application, applied, status);
    registry_unlock(registry);
    if (outcome == 0 && created_new != NULL)
        *created_new = present == NULL;
    return outcome;
}

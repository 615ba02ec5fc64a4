#include "cluster/api/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/custom_resource.h"
#include "cluster/api/kind.h"
#include "cluster/api/object_internal.h"
#include "cluster/api/ownership.h"
#include "cluster/api/pod_security.h"
#include "cluster/api/recorder_cache.h"
#include "cluster/api/registry_internal.h"
#include "cluster/api/writer.h"
#include "common/clock.h"
#include "common/memory.h"

/* As apiserver: a generated name that is taken is tried again this often. */
#define NAME_ATTEMPTS 8

struct registry *registry_open(struct store *store, struct address_slice *slice)
{
    struct registry *registry = memory_allocate(1, sizeof *registry);
    registry->store = store;
    registry->slice = slice;
    registry->recorded = recorder_cache_create();
    custom_resources_open(store);
    pthread_mutex_init(&registry->lock, NULL);
    pthread_mutex_init(&registry->recorder_lock, NULL);
    return registry;
}

void registry_close(struct registry *registry)
{
    if (registry == NULL)
        return;
    recorder_cache_destroy(registry->recorded);
    store_follow(registry->store, RESOURCE_CUSTOMRESOURCEDEFINITIONS, NULL);
    custom_resources_close();
    pthread_mutex_destroy(&registry->recorder_lock);
    pthread_mutex_destroy(&registry->lock);
    free(registry);
}

struct store *registry_store(struct registry *registry)
{
    return registry->store;
}

void registry_require_service_accounts(struct registry *registry)
{
    registry->needs_service_accounts = true;
}

void registry_lock(struct registry *registry)
{
    pthread_mutex_lock(&registry->lock);
}

void registry_unlock(struct registry *registry)
{
    pthread_mutex_unlock(&registry->lock);
}

void hand_out(struct object **output, struct object *object_take)
{
    if (output != NULL)
        *output = object_take;
    else
        object_release(object_take);
}

struct object *find_object(struct registry *registry, const struct resource *resource, const char *namespace, const char *name,
                           struct status *status)
{
    const char *scope = resource->namespaced && namespace != NULL ? namespace : "";
    struct object *object = store_get(registry->store, resource->id, scope, name);
    if (object == NULL)
        (void)fail_not_found(status, resource, name);
    return object;
}

static int fail_terminating(const struct resource *resource, const char *namespace, const char *name, struct status *status)
{
    AUTO_FREE char *why = memory_format("unable to create new content in namespace %s because it is being terminated", namespace);
    (void)fail_forbidden(status, resource, name, why);
    if (status == NULL)
        return -1;
    AUTO_FREE char *message = memory_format("namespace %s is being terminated", namespace);
    cJSON *cause = cJSON_CreateObject();
    json_set_text(cause, "reason", "NamespaceTerminating");
    json_set_text(cause, "message", message);
    json_set_text(cause, "field", "metadata.namespace");
    cJSON_AddItemToArray(json_array_at(status->details, "causes"), cause);
    return -1;
}

static int check_namespace(struct registry *registry, const struct resource *resource, const cJSON *tree, struct status *status)
{
    if (!resource->namespaced)
        return 0;
    const char *namespace = json_text(json_get(tree, "metadata", "namespace"), "");
    AUTO_OBJECT struct object *found = find_object(registry, resource_by_id(RESOURCE_NAMESPACES), "", namespace, status);
    if (found == NULL)
        return -1;
    if (json_get(object_tree(found), "metadata", "deletionTimestamp") != NULL)
        return fail_terminating(resource, namespace, json_text(json_get(tree, "metadata", "name"), ""), status);
    return 0;
}

static bool is_taken(struct registry *registry, const struct resource *resource, const cJSON *metadata)
{
    AUTO_OBJECT struct object *found = store_get(registry->store, resource->id, json_text(json_get(metadata, "namespace"), ""),
                                                 json_text(json_get(metadata, "name"), ""));
    return found != NULL;
}

/* A free name out of generateName, when there is no name. */
static void generate_name(struct registry *registry, const struct resource *resource, cJSON *metadata)
{
    const char *prefix = json_text(json_get(metadata, "generateName"), "");
    if (prefix[0] == '\0' || json_get(metadata, "name") != NULL)
        return;
    for (int attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        AUTO_FREE char *name = metadata_generate_name(prefix);
        json_set_text(metadata, "name", name);
        if (!is_taken(registry, resource, metadata))
            return;
    }
}

static int judge_new(const struct resource *resource, const cJSON *tree, struct status *status)
{
    const struct kind *kind = kind_of(resource->id);
    AUTO_PROBLEMS struct problems problems = {0};
    validate_metadata(kind, resource->namespaced, tree, &problems);
    if (kind->validate != NULL)
        kind->validate(tree, &problems);
    return problems_to_status(&problems, resource, json_text(json_get(tree, "metadata", "name"), ""), status);
}

/* Nothing of an object that is only tried stays. */
static struct object *store_new(struct registry *registry, const struct resource *resource, cJSON **tree)
{
    if (!writer_is_dry())
        return store_put(registry->store, resource->id, steal_pointer(tree), 0);
    if (resource->id == RESOURCE_SERVICES)
        service_return_address(registry, *tree);
    return object_create(resource->id, steal_pointer(tree), 0);
}

int create_object(struct registry *registry, const struct resource *resource, cJSON **tree, const struct field_apply *apply,
                  struct object **created, struct status *status)
{
    const struct kind *kind = kind_of(resource->id);
    cJSON *metadata = json_object_at(*tree, "metadata");
    if (check_namespace(registry, resource, *tree, status) < 0)
        return -1;
    generate_name(registry, resource, metadata);
    metadata_prepare_create(metadata, kind->raises_generation != NULL, clock_wall());
    AUTO_JSON cJSON *given = ownership_take(*tree);
    complete_object(resource, tree);
    AUTO_JSON cJSON *entries = ownership_of_new(resource, *tree, given, apply);
    if (resource->id == RESOURCE_PODS && pod_resolve_priority(registry, *tree, status) < 0)
        return -1;
    if (kind->prepare_create != NULL) {
        kind->prepare_create(*tree);
        complete_object(resource, tree);
    }
    if (resource->id == RESOURCE_PODS && registry->needs_service_accounts) {
        if (service_account_admit(registry, *tree, status) < 0)
            return -1;
        complete_object(resource, tree);
    }
    if (judge_new(resource, *tree, status) < 0 ||
        (resource->id == RESOURCE_PODS && pod_security_admit(registry->store, *tree, status) < 0))
        return -1;
    metadata = json_object_at(*tree, "metadata");
    if (is_taken(registry, resource, metadata))
        return fail_exists(status, resource, json_text(json_get(metadata, "name"), ""));
    if (!writer_is_dry() && store_bytes(registry->store) > STORE_BYTES_FULL)
        return fail_full(status);
    if (resource->id == RESOURCE_SERVICES) {
        if (service_allocate(registry, *tree, NULL, status) < 0)
            return -1;
        complete_object(resource, tree);
    }
    ownership_put(*tree, steal_pointer(&entries));
    hand_out(created, store_new(registry, resource, tree));
    return 0;
}

int registry_create(struct registry *registry, enum resource_id resource, const char *namespace, cJSON *object_take,
                    struct object **created, struct status *status)
{
    const struct resource *description = resource_by_id(resource);
    AUTO_JSON cJSON *tree = object_take;
    if (created != NULL)
        *created = NULL;
    if (decode_object(description, &tree, status) < 0 || decode_check_location(description, tree, namespace, NULL, status) < 0)
        return -1;
    if (json_get(tree, "metadata", "resourceVersion") != NULL)
        return status_set(status, 500, "", "resourceVersion should not be set on objects to be created");
    registry_lock(registry);
    int outcome = create_object(registry, description, &tree, NULL, created, status);
    registry_unlock(registry);
    return outcome;
}

int registry_update(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                    enum subresource subresource, cJSON *object_take, struct object **updated, struct status *status)
{
    const struct resource *description = resource_by_id(resource);
    AUTO_JSON cJSON *tree = object_take;
    if (updated != NULL)
        *updated = NULL;
    int outcome = -1;
    if (subresource == SUBRESOURCE_SCALE) {
        registry_lock(registry);
        outcome = update_scale(registry, resource, namespace, name, tree, updated, status);
        registry_unlock(registry);
        return outcome;
    }
    if (decode_object(description, &tree, status) < 0 || decode_check_location(description, tree, namespace, name, status) < 0)
        return -1;
    registry_lock(registry);
    outcome = update_object(registry, description, namespace, name, subresource, &tree, updated, status);
    registry_unlock(registry);
    return outcome;
}

int registry_mutate(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                    enum subresource subresource, registry_change *change, void *context, struct object **result,
                    struct status *status)
{
    if (result != NULL)
        *result = NULL;
    for (int attempt = 1;; attempt++) {
        AUTO_OBJECT struct object *present = find_object(registry, resource_by_id(resource), namespace, name, status);
        if (present == NULL)
            return -1;
        cJSON *tree = json_copy(object_tree(present));
        if (!change(tree, context)) {
            cJSON_Delete(tree);
            hand_out(result, object_reference(present));
            return 0;
        }
        struct status failure = {0};
        if (registry_update(registry, resource, namespace, name, subresource, tree, result, &failure) == 0)
            return 0;
        bool again = failure.code == 409 && attempt < WRITE_ATTEMPTS;
        if (!again && status != NULL) {
            status_release(status);
            *status = failure;
            return -1;
        }
        status_release(&failure);
        if (!again)
            return -1;
    }
}

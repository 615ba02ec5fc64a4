/* How an object becomes its next state: preconditions, what an update keeps, ownership, judgement, storing. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/managed_fields.h"
#include "cluster/api/object_internal.h"
#include "cluster/api/ownership.h"
#include "cluster/api/pod_security.h"
#include "cluster/api/registry_internal.h"
#include "cluster/api/writer.h"
#include "common/clock.h"

int check_preconditions(const struct object *old, const cJSON *tree, struct status *status)
{
    const struct resource *resource = resource_by_id(object_resource(old));
    char version[24];
    snprintf(version, sizeof version, "%" PRIu64, object_version(old));
    const char *uid = json_text(json_get(tree, "metadata", "uid"), "");
    if (uid[0] != '\0' && strcmp(uid, object_uid(old)) != 0) {
        AUTO_FREE char *why =
            memory_format("Precondition failed: UID in precondition: %.100s, UID in object meta: %s", uid, object_uid(old));
        return fail_conflict(status, resource, object_name(old), why);
    }
    if (strcmp(json_text(json_get(tree, "metadata", "resourceVersion"), version), version) != 0)
        return fail_modified(status, resource, object_name(old));
    return 0;
}

/* The old object with the new status. A Deployment's annotations come along: its controller writes the revision
 * together with the status, and Kubernetes lets it. */
cJSON *with_status(const struct object *old, const cJSON *tree)
{
    cJSON *merged = json_copy(object_tree(old));
    json_copy_member(merged, tree, "status");
    if (object_resource(old) == RESOURCE_DEPLOYMENTS)
        json_copy_member(json_object_at(merged, "metadata"), json_get(tree, "metadata"), "annotations");
    return merged;
}

/* The new object with what an update does not change. */
void keep_old_parts(const struct object *old, cJSON *tree)
{
    const cJSON *old_tree = object_tree(old);
    metadata_prepare_update(json_object_at(tree, "metadata"), json_get(old_tree, "metadata"));
    if (resource_by_id(object_resource(old))->has_status)
        json_copy_member(tree, old_tree, "status");
    if (object_resource(old) == RESOURCE_PODS)
        pod_note_binding(tree, old_tree, clock_wall());
    bool terminating = json_get(old_tree, "metadata", "deletionTimestamp") != NULL;
    if (object_resource(old) == RESOURCE_NAMESPACES && !terminating)
        json_copy_member(tree, old_tree, "spec");
}

static int judge_change(struct registry *registry, const struct object *old, const cJSON *tree, enum subresource subresource,
                        struct status *status)
{
    const struct resource *resource = resource_by_id(object_resource(old));
    const struct kind *kind = kind_of(resource->id);
    AUTO_PROBLEMS struct problems problems = {0};
    if (subresource == SUBRESOURCE_STATUS) {
        if (kind->validate_status != NULL)
            kind->validate_status(tree, &problems);
    } else {
        validate_metadata(kind, resource->namespaced, tree, &problems);
        validate_metadata_update(tree, object_tree(old), &problems);
        if (kind->validate_update != NULL)
            kind->validate_update(tree, object_tree(old), &problems);
        if (kind->validate != NULL)
            kind->validate(tree, &problems);
    }
    if (problems_to_status(&problems, resource, object_name(old), status) < 0)
        return -1;
    if (resource->id == RESOURCE_PODS && subresource == SUBRESOURCE_NONE && pod_security_is_concerned(tree, object_tree(old)))
        return pod_security_admit(registry->store, tree, status);
    return 0;
}

/* Whether nothing would change but who owns what. */
static bool is_same_but_ownership(const cJSON *tree, const cJSON *live)
{
    static const char name[] = "managedFields";
    const cJSON *metadata = json_get(tree, "metadata"), *live_metadata = json_get(live, "metadata");
    const cJSON *member = NULL;
    int owned = cJSON_GetObjectItemCaseSensitive(live_metadata, name) != NULL;
    if (cJSON_GetArraySize(tree) != cJSON_GetArraySize(live) ||
        cJSON_GetArraySize(metadata) != cJSON_GetArraySize(live_metadata) - owned)
        return false;
    cJSON_ArrayForEach (member, metadata) {
        if (!json_equal(member, cJSON_GetObjectItemCaseSensitive(live_metadata, member->string)))
            return false;
    }
    cJSON_ArrayForEach (member, tree) {
        if (member != metadata && !json_equal(member, cJSON_GetObjectItemCaseSensitive(live, member->string)))
            return false;
    }
    return true;
}

/* Whether the store is too full for an object to get longer. */
static bool is_too_long(const struct registry *registry, const struct object *old, const cJSON *tree)
{
    if (store_bytes(registry->store) <= STORE_BYTES_MAXIMUM)
        return false;
    size_t before = 0;
    (void)object_text(old, &before);
    AUTO_FREE char *text = json_print(tree);
    return strlen(text) > before;
}

/* The last steps of a change that is judged: what is the same, is over or is only tried is not stored. */
static int store_update(struct registry *registry, const struct object *old, cJSON **tree, cJSON **entries,
                        struct object **updated, struct status *status)
{
    const struct resource *resource = resource_by_id(object_resource(old));
    const cJSON *live = object_tree(old);
    bool over = deletion_is_done(resource->id, *tree);
    if (over && !writer_is_dry()) {
        hand_out(updated, remove_object(registry, old));
        return 0;
    }
    bool same = !over && is_same_but_ownership(*tree, live) &&
                managed_fields_equal(*entries, json_get(live, "metadata", "managedFields"));
    struct object *current = same ? store_get(registry->store, resource->id, object_namespace(old), object_name(old)) : NULL;
    if (current != NULL && object_version(current) == object_version(old)) {
        hand_out(updated, current);
        return 0;
    }
    object_release(current);
    ownership_put(*tree, steal_pointer(entries));
    if (!writer_is_dry() && is_too_long(registry, old, *tree))
        return fail_full(status);
    struct object *stored = writer_is_dry() ? object_create(resource->id, steal_pointer(tree), object_version(old))
                                            : store_put(registry->store, resource->id, steal_pointer(tree), object_version(old));
    if (stored == NULL)
        return fail_modified(status, resource, object_name(old));
    hand_out(updated, stored);
    return 0;
}

/* What a kind asks of other objects. A service keeps the addresses that it has while a change of it is only tried. */
static int allocate(struct registry *registry, cJSON *tree, const struct object *old, struct status *status)
{
    if (object_resource(old) == RESOURCE_PERSISTENTVOLUMECLAIMS)
        return claim_check_size(registry, old, tree, status);
    bool external = strcmp(json_text(json_get(tree, "spec", "type"), ""), "ExternalName") == 0;
    if (object_resource(old) != RESOURCE_SERVICES || (external && writer_is_dry()))
        return 0;
    return service_allocate(registry, tree, object_tree(old), status);
}

int write_applied(struct registry *registry, const struct object *old, cJSON *tree_take, enum subresource subresource,
                  const struct field_apply *apply, struct object **updated, struct status *status)
{
    const struct resource *resource = resource_by_id(object_resource(old));
    const struct kind *kind = kind_of(resource->id);
    AUTO_JSON cJSON *tree = tree_take;
    AUTO_JSON cJSON *given = ownership_take(tree);
    AUTO_JSON cJSON *entries = NULL;
    complete_object(resource, &tree);
    if (ownership_after_update(old, tree, given, subresource, apply, &entries, status) < 0 ||
        judge_change(registry, old, tree, subresource, status) < 0 || allocate(registry, tree, old, status) < 0)
        return -1;
    if (subresource != SUBRESOURCE_STATUS && kind->raises_generation != NULL && kind->raises_generation(tree, object_tree(old)))
        metadata_raise_generation(json_object_at(tree, "metadata"));
    complete_object(resource, &tree);
    return store_update(registry, old, &tree, &entries, updated, status);
}

int write_update(struct registry *registry, const struct object *old, cJSON *tree_take, enum subresource subresource,
                 struct object **updated, struct status *status)
{
    return write_applied(registry, old, tree_take, subresource, NULL, updated, status);
}

int update_object(struct registry *registry, const struct resource *resource, const char *namespace, const char *name,
                  enum subresource subresource, cJSON **tree, struct object **updated, struct status *status)
{
    AUTO_OBJECT struct object *old = find_object(registry, resource, namespace, name, status);
    if (old == NULL || check_preconditions(old, *tree, status) < 0)
        return -1;
    if (subresource == SUBRESOURCE_STATUS)
        return write_update(registry, old, with_status(old, *tree), subresource, updated, status);
    keep_old_parts(old, *tree);
    return write_update(registry, old, steal_pointer(tree), subresource, updated, status);
}

#include <string.h>

#include "cluster/api/list_merge.h"
#include "cluster/api/registry_internal.h"
#include "cluster/api/schema.h"
#include "common/memory.h"

/* Who owns which field is not recorded in the object (there are no managedFields), and no apply conflicts with another.
 * What a manager applied last is remembered, so that what it leaves out the next time goes away, unless somebody has
 * changed it since. */

static cJSON *merge_applied(const struct schema *schema, cJSON *live_take, const cJSON *applied);

static cJSON *merge_list(const struct schema_field *field, cJSON *live_take, const cJSON *applied)
{
    if (field == NULL || !cJSON_IsArray(live_take) || !list_is_keyed(field)) {
        cJSON_Delete(live_take);
        return json_copy(applied);
    }
    cJSON *live = live_take;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, applied) {
        if (field->type == SCHEMA_TEXT_LIST) {
            if (list_find_text(live, json_text(element, "")) == NULL)
                cJSON_AddItemToArray(live, json_copy(element));
            continue;
        }
        cJSON *present = list_find_like(live, field, element);
        if (present == NULL)
            cJSON_AddItemToArray(live, json_copy(element));
        else
            (void)merge_applied(field->of, present, element);
    }
    return live;
}

static cJSON *merge_value(const struct schema_field *field, cJSON *live_take, const cJSON *applied)
{
    if (cJSON_IsArray(applied))
        return merge_list(field, live_take, applied);
    bool is_map = field != NULL &&
                  (field->type == SCHEMA_TEXT_MAP || field->type == SCHEMA_QUANTITY_MAP || field->type == SCHEMA_BYTES_MAP);
    if (cJSON_IsObject(applied) && cJSON_IsObject(live_take) && (is_map || (field != NULL && field->type == SCHEMA_OBJECT)))
        return merge_applied(is_map ? NULL : field->of, live_take, applied);
    cJSON_Delete(live_take);
    return json_copy(applied);
}

/* Changes live in place and returns it. */
static cJSON *merge_applied(const struct schema *schema, cJSON *live_take, const cJSON *applied)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, applied) {
        const struct schema_field *field = schema != NULL ? schema_find(schema, member->string) : NULL;
        cJSON *present = cJSON_DetachItemFromObjectCaseSensitive(live_take, member->string);
        json_set(live_take, member->string, merge_value(field, present, member));
    }
    return live_take;
}

static void remove_dropped(const struct schema *schema, cJSON *live, const cJSON *previous, const cJSON *applied);

static void remove_dropped_elements(const struct schema_field *field, cJSON *live, const cJSON *previous, const cJSON *applied)
{
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, previous) {
        bool texts = field->type == SCHEMA_TEXT_LIST;
        cJSON *present = texts ? list_find_text(live, json_text(element, "")) : list_find_like(live, field, element);
        const cJSON *still = texts ? list_find_text(applied, json_text(element, "")) : list_find_like(applied, field, element);
        if (present != NULL && still == NULL)
            cJSON_Delete(cJSON_DetachItemViaPointer(live, present));
        else if (present != NULL && !texts)
            remove_dropped(field->of, present, element, still);
    }
}

static void remove_dropped_member(const struct schema_field *field, cJSON *live, const cJSON *previous, const cJSON *applied)
{
    cJSON *present = json_get(live, previous->string);
    const cJSON *still = json_get(applied, previous->string);
    if (present == NULL)
        return;
    if (cJSON_IsObject(previous) && cJSON_IsObject(present)) {
        remove_dropped(field != NULL && field->type == SCHEMA_OBJECT ? field->of : NULL, present, previous, still);
        if (still == NULL && present->child == NULL)
            json_remove(live, previous->string);
    } else if (field != NULL && cJSON_IsArray(previous) && cJSON_IsArray(present) && list_is_keyed(field)) {
        remove_dropped_elements(field, present, previous, still);
    } else if (still == NULL && json_equal(present, previous)) {
        json_remove(live, previous->string);
    }
}

/* Takes away what was applied before and is not now, where it is still as it was applied. */
static void remove_dropped(const struct schema *schema, cJSON *live, const cJSON *previous, const cJSON *applied)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, previous)
        remove_dropped_member(schema != NULL ? schema_find(schema, member->string) : NULL, live, member, applied);
}

/* The configuration as it is remembered and merged: only what was given, without what no manager applies. */
static cJSON *clean_configuration(const cJSON *tree)
{
    static const char *const own[] = {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"};
    cJSON *clean = json_copy(tree);
    cJSON *metadata = json_get(clean, "metadata");
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        json_remove(metadata, own[i]);
    json_remove(clean, "status");
    return clean;
}

/* Quantities and times as they are stored, so that they compare with what is there; keeps only the members given. */
static int check_configuration(const struct resource *resource, const cJSON *tree, const char *namespace, const char *name,
                               struct status *status)
{
    AUTO_JSON cJSON *copy = json_copy(tree);
    if (decode_object(resource, &copy, status) < 0 || decode_check_location(resource, copy, namespace, name, status) < 0)
        return -1;
    if (list_is_wide(tree, LIST_MERGE_MAXIMUM))
        return status_set(status, 413, "RequestEntityTooLarge", "a list or an object has more than %d members",
                          LIST_MERGE_MAXIMUM);
    return 0;
}

static void remember(struct registry *registry, const struct object *object, const char *manager, cJSON *configuration_take)
{
    registry_lock(registry);
    applied_remember(registry->applied, object_uid(object), manager, configuration_take);
    registry_unlock(registry);
}

static int apply_new(struct registry *registry, const struct resource *resource, const char *namespace, const char *name,
                     const cJSON *configuration, struct object **applied, struct status *status)
{
    cJSON *tree = json_copy(configuration);
    json_set_text(json_object_at(tree, "metadata"), "name", name);
    return registry_create(registry, resource->id, namespace, tree, applied, status);
}

static int apply_over(struct registry *registry, const struct object *present, const cJSON *configuration, const char *manager,
                      struct object **applied, struct status *status)
{
    enum resource_id resource = object_resource(present);
    const struct schema *schema = schema_of(resource);
    registry_lock(registry);
    AUTO_JSON cJSON *previous = json_copy(applied_find(registry->applied, object_uid(present), manager));
    registry_unlock(registry);
    cJSON *tree = json_copy(object_tree(present));
    if (previous != NULL)
        remove_dropped(schema, tree, previous, configuration);
    tree = merge_applied(schema, tree, configuration);
    /* kind and apiVersion are no members of the shape; the merge has replaced them by the same. */
    return registry_update(registry, resource, object_namespace(present), object_name(present), SUBRESOURCE_NONE, tree, applied,
                           status);
}

int registry_apply(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                   cJSON *object_take, const char *field_manager, bool *created_new, struct object **applied,
                   struct status *status)
{
    const struct resource *description = resource_by_id(resource);
    AUTO_JSON cJSON *tree = object_take;
    const char *manager = field_manager != NULL ? field_manager : "";
    if (applied != NULL)
        *applied = NULL;
    if (check_configuration(description, tree, namespace, name, status) < 0)
        return -1;
    AUTO_JSON cJSON *configuration = clean_configuration(tree);
    for (int attempt = 1;; attempt++) {
        AUTO_OBJECT struct object *present =
            store_get(registry->store, resource, description->namespaced && namespace != NULL ? namespace : "", name);
        AUTO_OBJECT struct object *result = NULL;
        struct status failure = {0};
        int outcome = present == NULL ? apply_new(registry, description, namespace, name, configuration, &result, &failure)
                                      : apply_over(registry, present, configuration, manager, &result, &failure);
        if (outcome == 0) {
            if (created_new != NULL)
                *created_new = present == NULL;
            remember(registry, result, manager, steal_pointer(&configuration));
            hand_out(applied, steal_pointer(&result));
            return 0;
        }
        bool again = (failure.code == 409 || (failure.code == 404 && present != NULL)) && attempt < WRITE_ATTEMPTS;
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

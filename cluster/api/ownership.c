#include "cluster/api/ownership.h"

#include "cluster/api/field_set.h"
#include "cluster/api/managed_fields.h"
#include "cluster/api/writer.h"
#include "common/clock.h"

/* Kubernetes's name for whoever wrote an object before anybody's fields were kept. */
#define BEFORE_FIRST_APPLY "before-first-apply"

cJSON *ownership_take(cJSON *tree)
{
    return cJSON_DetachItemFromObjectCaseSensitive(json_get(tree, "metadata"), "managedFields");
}

void ownership_put(cJSON *tree, cJSON *entries_take)
{
    if (entries_take == NULL || entries_take->child == NULL)
        cJSON_Delete(entries_take);
    else
        json_set(json_object_at(tree, "metadata"), "managedFields", entries_take);
}

/* Takes a step out of a set, and the step to it when nothing else was behind that. */
static void leave_out(cJSON *set, const char *first, const char *second)
{
    cJSON *node = field_set_step(set, first);
    if (second != NULL && node != NULL && node->child != NULL) {
        json_remove(node, second);
        if (node->child != NULL)
            return;
    }
    if (second == NULL || (node != NULL && node->child == NULL))
        json_remove(set, first);
}

/* An object without anything: what a new one is compared with. */
static cJSON *empty_object(const struct schema *schema)
{
    cJSON *tree = cJSON_CreateObject();
    (void)schema_normalize(schema, &tree, NULL);
    return tree;
}

static struct field_write write_of(const struct resource *resource, enum subresource subresource, char api_version[64])
{
    return (struct field_write){.manager = writer_manager(),
                                .api_version = resource_api_version(resource, api_version),
                                .subresource = subresource,
                                .now_wall = clock_wall()};
}

static void compare_with_nothing(const struct resource *resource, const cJSON *tree, struct field_difference *difference)
{
    const struct schema *schema = schema_of(resource->id);
    AUTO_JSON cJSON *nothing = empty_object(schema);
    field_difference_of(schema, nothing, tree, difference);
}

cJSON *ownership_of_new(const struct resource *resource, const cJSON *tree, const cJSON *given, const struct field_apply *apply)
{
    char api_version[64];
    struct field_write write = write_of(resource, SUBRESOURCE_NONE, api_version);
    cJSON *entries = managed_fields_start(given, NULL, apply == NULL);
    AUTO_DIFFERENCE struct field_difference difference = {0};
    compare_with_nothing(resource, tree, &difference);
    if (resource->has_status)
        leave_out(difference.changed, "f:status", NULL);
    if (resource->id == RESOURCE_SERVICES) { /* come with the address, not by default */
        leave_out(difference.changed, "f:spec", "f:ipFamilies");
        leave_out(difference.changed, "f:spec", "f:ipFamilyPolicy");
    }
    if (apply != NULL)
        managed_fields_apply(entries, &write, apply->set, &difference);
    else
        managed_fields_update(entries, &write, &difference);
    return entries;
}

/* What this way of writing does not own: the other half of an object, and what a binding sets. */
static void leave_out_other_half(const struct resource *resource, enum subresource subresource, cJSON *set)
{
    if (subresource == SUBRESOURCE_STATUS)
        leave_out(set, "f:spec", NULL);
    else if (resource->has_status)
        leave_out(set, "f:status", NULL);
    if (resource->id == RESOURCE_PODS)
        leave_out(set, "f:spec", "f:nodeName");
}

int ownership_after_update(const struct object *old, const cJSON *tree, const cJSON *given, enum subresource subresource,
                           const struct field_apply *apply, cJSON **entries, struct status *status)
{
    char api_version[64];
    const struct resource *resource = resource_by_id(object_resource(old));
    const cJSON *live = json_get(object_tree(old), "metadata", "managedFields");
    struct field_write write = write_of(resource, subresource, api_version);
    AUTO_DIFFERENCE struct field_difference difference = {0};
    *entries = managed_fields_start(given, live, subresource == SUBRESOURCE_NONE && apply == NULL);
    if ((*entries)->child == NULL && apply == NULL)
        return 0;
    if ((*entries)->child == NULL) {
        AUTO_DIFFERENCE struct field_difference before = {0};
        struct field_write first = write;
        first.manager = BEFORE_FIRST_APPLY;
        compare_with_nothing(resource, object_tree(old), &before);
        managed_fields_update(*entries, &first, &before);
    }
    field_difference_of(schema_of(resource->id), object_tree(old), tree, &difference);
    leave_out_other_half(resource, subresource, difference.changed);
    leave_out_other_half(resource, subresource, difference.removed);
    if (apply == NULL) {
        managed_fields_update(*entries, &write, &difference);
        return 0;
    }
    if (!apply->force && managed_fields_check_apply(*entries, &write, difference.changed, status) < 0)
        return -1;
    managed_fields_apply(*entries, &write, apply->set, &difference);
    return 0;
}

#include "cluster/controllers/ownership.h"

#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

const cJSON *controller_reference(const cJSON *tree)
{
    const cJSON *reference = NULL;
    cJSON_ArrayForEach (reference, json_get(tree, "metadata", "ownerReferences")) {
        if (json_boolean(json_get(reference, "controller"), false))
            return reference;
    }
    return NULL;
}

const char *controller_uid(const cJSON *tree)
{
    return json_text(json_get(controller_reference(tree), "uid"), "");
}

bool is_controlled_by(const cJSON *tree, const struct object *owner)
{
    return strcmp(controller_uid(tree), object_uid(owner)) == 0;
}

cJSON *make_controller_reference(const struct object *owner)
{
    char api_version[64];
    const struct resource *resource = resource_by_id(object_resource(owner));
    cJSON *reference = cJSON_CreateObject();
    json_set_text(reference, "apiVersion", resource_api_version(resource, api_version));
    json_set_text(reference, "kind", resource->kind);
    json_set_text(reference, "name", object_name(owner));
    json_set_text(reference, "uid", object_uid(owner));
    json_set_boolean(reference, "controller", true);
    json_set_boolean(reference, "blockOwnerDeletion", true);
    return reference;
}

cJSON *make_pod_of_template(const struct object *owner, const cJSON *template)
{
    static const char *const copied[] = {"labels", "annotations", "finalizers"};
    cJSON *pod = cJSON_CreateObject();
    json_set_text(pod, "apiVersion", "v1");
    json_set_text(pod, "kind", "Pod");
    cJSON *metadata = json_object_at(pod, "metadata");
    AUTO_FREE char *prefix = memory_format("%s-", object_name(owner));
    json_set_text(metadata, "generateName", prefix);
    json_set_text(metadata, "namespace", object_namespace(owner));
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
        json_copy_member(metadata, json_get(template, "metadata"), copied[i]);
    cJSON_AddItemToArray(json_array_at(metadata, "ownerReferences"), make_controller_reference(owner));
    json_set(pod, "spec", json_copy(json_get(template, "spec")));
    return pod;
}

bool remove_owner(cJSON *tree, const char *uid)
{
    bool removed = false;
    cJSON *metadata = json_get(tree, "metadata");
    cJSON *references = json_get(metadata, "ownerReferences");
    for (int i = cJSON_GetArraySize(references) - 1; i >= 0; i--) {
        if (strcmp(json_text(json_get(cJSON_GetArrayItem(references, i), "uid"), ""), uid) == 0) {
            cJSON_DeleteItemFromArray(references, i);
            removed = true;
        }
    }
    if (removed && cJSON_GetArraySize(references) == 0)
        json_remove(metadata, "ownerReferences");
    return removed;
}

bool is_being_deleted(const cJSON *tree)
{
    return json_text(json_get(tree, "metadata", "deletionTimestamp"), NULL) != NULL;
}

bool has_finalizer(const cJSON *tree, const char *finalizer)
{
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, json_get(tree, "metadata", "finalizers")) {
        if (strcmp(json_text(element, ""), finalizer) == 0)
            return true;
    }
    return false;
}

void remove_finalizer(cJSON *tree, const char *finalizer)
{
    cJSON *finalizers = json_get(tree, "metadata", "finalizers");
    for (int i = cJSON_GetArraySize(finalizers) - 1; i >= 0; i--) {
        if (strcmp(json_text(cJSON_GetArrayItem(finalizers, i), ""), finalizer) == 0)
            cJSON_DeleteItemFromArray(finalizers, i);
    }
    if (finalizers != NULL && cJSON_GetArraySize(finalizers) == 0)
        json_remove(json_get(tree, "metadata"), "finalizers");
}

int64_t creation_time(const cJSON *tree)
{
    int64_t wall = 0;
    if (clock_parse(json_text(json_get(tree, "metadata", "creationTimestamp"), ""), &wall, NULL) != 0)
        return 0;
    return wall;
}

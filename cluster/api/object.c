#include "cluster/api/object.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/object_internal.h"

struct object {
    atomic_uint references;
    enum resource_id resource;
    uint64_t version;
    const char *namespace; /* these three belong to the tree */
    const char *name;
    const char *uid;
    cJSON *tree;
    char *text;
    size_t length;
};

static void move_to_front(cJSON *tree, const char *key)
{
    cJSON *member = cJSON_DetachItemFromObjectCaseSensitive(tree, key);
    if (member == NULL)
        return;
    if (tree->child == NULL)
        cJSON_AddItemToObject(tree, key, member);
    else
        cJSON_InsertItemInArray(tree, 0, member);
}

struct object *object_create(enum resource_id resource, cJSON *tree_take, uint64_t version)
{
    struct object *object = memory_allocate(1, sizeof *object);
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, version);
    cJSON *metadata = json_object_at(tree_take, "metadata");
    if (version > 0)
        json_set_text(metadata, "resourceVersion", text);
    else
        json_remove(metadata, "resourceVersion");
    move_to_front(tree_take, "apiVersion");
    move_to_front(tree_take, "kind");
    atomic_init(&object->references, 1);
    object->resource = resource;
    object->version = version;
    object->tree = tree_take;
    object->namespace = json_text(json_get(metadata, "namespace"), "");
    object->name = json_text(json_get(metadata, "name"), "");
    object->uid = json_text(json_get(metadata, "uid"), "");
    object->text = json_print(tree_take);
    object->length = strlen(object->text);
    return object;
}

struct object *object_reference(struct object *object)
{
    atomic_fetch_add_explicit(&object->references, 1, memory_order_relaxed);
    return object;
}

void object_release(struct object *object)
{
    if (object == NULL || atomic_fetch_sub_explicit(&object->references, 1, memory_order_acq_rel) != 1)
        return;
    cJSON_Delete(object->tree);
    free(object->text);
    free(object);
}

void object_release_pointer(struct object **object)
{
    object_release(*object);
    *object = NULL;
}

enum resource_id object_resource(const struct object *object)
{
    return object->resource;
}

const char *object_namespace(const struct object *object)
{
    return object->namespace;
}

const char *object_name(const struct object *object)
{
    return object->name;
}

const char *object_uid(const struct object *object)
{
    return object->uid;
}

uint64_t object_version(const struct object *object)
{
    return object->version;
}

const char *object_text(const struct object *object, size_t *length)
{
    if (length != NULL)
        *length = object->length;
    return object->text;
}

const cJSON *object_tree(const struct object *object)
{
    return object->tree;
}

void object_list_release(struct object_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        object_release(list->objects[i]);
    free(list->objects);
    *list = (struct object_list){0};
}

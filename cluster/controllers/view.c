#include "cluster/controllers/view.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/ownership.h"
#include "cluster/controllers/table.h"

#define INDEX_KEY_SIZE 640

/* One table holds every index; the first word of a key says which index it belongs to. */
struct view {
    struct table *lists;
};

struct list {
    struct object **objects;
    size_t count;
    size_t capacity;
};

struct view *view_create(void)
{
    struct view *view = memory_allocate(1, sizeof *view);
    view->lists = table_create();
    return view;
}

static void visit_destroy(const char *key, void *value, void *context)
{
    (void)context;
    struct list *list = value;
    if (strncmp(key, "is/", 3) == 0)
        object_release(list->objects[0]);
    free(list->objects);
    free(list);
}

void view_destroy(struct view *view)
{
    if (view == NULL)
        return;
    table_visit(view->lists, visit_destroy, NULL);
    table_destroy(view->lists);
    free(view);
}

static void list_add(struct view *view, const char *key, struct object *object)
{
    struct list *list = table_find(view->lists, key);
    if (list == NULL) {
        list = memory_allocate(1, sizeof *list);
        table_set(view->lists, key, list);
    }
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 1 : list->capacity * 2;
        list->objects = memory_resize(list->objects, list->capacity, sizeof(struct object *));
    }
    list->objects[list->count++] = object;
}

static void list_remove(struct view *view, const char *key, const struct object *object)
{
    struct list *list = table_find(view->lists, key);
    if (list == NULL)
        return;
    size_t i = 0;
    while (i < list->count && list->objects[i] != object)
        i++;
    if (i == list->count)
        return;
    memmove(&list->objects[i], &list->objects[i + 1], (list->count - i - 1) * sizeof(struct object *));
    if (--list->count == 0) {
        (void)table_remove(view->lists, key);
        free(list->objects);
        free(list);
    }
}

static struct view_list list_at(const struct view *view, const char *key)
{
    const struct list *list = table_find(view->lists, key);
    if (list == NULL)
        return (struct view_list){0};
    return (struct view_list){.objects = list->objects, .count = list->count};
}

static void name_key(char key[INDEX_KEY_SIZE], enum resource_id resource, const char *namespace, const char *name)
{
    (void)snprintf(key, INDEX_KEY_SIZE, "is/%d/%s/%s", (int)resource, namespace, name);
}

static void list_key(char key[INDEX_KEY_SIZE], const char *index, enum resource_id resource, const char *namespace)
{
    (void)snprintf(key, INDEX_KEY_SIZE, "%s/%d/%s", index, (int)resource, namespace);
}

static void text_key(char key[INDEX_KEY_SIZE], const char *index, const char *text)
{
    (void)snprintf(key, INDEX_KEY_SIZE, "%s/%s", index, text);
}

typedef void index_change(struct view *view, const char *key, struct object *object);

/* Two references of one object to the same owner would list it twice. */
static bool owner_came_before(const cJSON *references, const cJSON *reference)
{
    const char *uid = json_text(json_get(reference, "uid"), "");
    const cJSON *earlier = NULL;
    cJSON_ArrayForEach (earlier, references) {
        if (earlier == reference)
            return false;
        if (strcmp(json_text(json_get(earlier, "uid"), ""), uid) == 0)
            return true;
    }
    return false;
}

static void for_each_owner(struct view *view, struct object *object, index_change *change)
{
    char key[INDEX_KEY_SIZE];
    const cJSON *references = json_get(object_tree(object), "metadata", "ownerReferences");
    const cJSON *reference = NULL;
    cJSON_ArrayForEach (reference, references) {
        if (owner_came_before(references, reference))
            continue;
        text_key(key, "owner", json_text(json_get(reference, "uid"), ""));
        change(view, key, object);
    }
}

static void for_each_key(struct view *view, struct object *object, index_change *change)
{
    char key[INDEX_KEY_SIZE];
    enum resource_id resource = object_resource(object);
    name_key(key, resource, object_namespace(object), object_name(object));
    change(view, key, object);
    text_key(key, "uid", object_uid(object));
    change(view, key, object);
    list_key(key, "all", resource, "");
    change(view, key, object);
    if (object_namespace(object)[0] != '\0') {
        list_key(key, "in", resource, object_namespace(object));
        change(view, key, object);
    }
    for_each_owner(view, object, change);
    if (controller_reference(object_tree(object)) == NULL) {
        list_key(key, "alone", resource, object_namespace(object));
        change(view, key, object);
    }
    if (resource == RESOURCE_PODS) {
        text_key(key, "node", json_text(json_get(object_tree(object), "spec", "nodeName"), ""));
        change(view, key, object);
    }
}

static void change_remove(struct view *view, const char *key, struct object *object)
{
    list_remove(view, key, object);
}

static void forget(struct view *view, struct object *object)
{
    for_each_key(view, object, change_remove);
    object_release(object);
}

bool view_put(struct view *view, struct object *object)
{
    if (object_resource(object) == RESOURCE_EVENTS)
        return true;
    struct object *known = view_get(view, object_resource(object), object_namespace(object), object_name(object));
    if (known != NULL && object_version(known) >= object_version(object))
        return false;
    if (known != NULL)
        forget(view, known);
    for_each_key(view, object_reference(object), list_add);
    return true;
}

bool view_remove(struct view *view, const struct object *last)
{
    if (object_resource(last) == RESOURCE_EVENTS)
        return true;
    struct object *known = view_get(view, object_resource(last), object_namespace(last), object_name(last));
    if (known == NULL || object_version(known) > object_version(last))
        return false;
    forget(view, known);
    return true;
}

static struct object *first_at(const struct view *view, const char *key)
{
    struct view_list list = list_at(view, key);
    return list.count > 0 ? list.objects[0] : NULL;
}

struct object *view_get(const struct view *view, enum resource_id resource, const char *namespace, const char *name)
{
    char key[INDEX_KEY_SIZE];
    name_key(key, resource, namespace, name);
    return first_at(view, key);
}

struct object *view_by_uid(const struct view *view, const char *uid)
{
    char key[INDEX_KEY_SIZE];
    text_key(key, "uid", uid);
    return first_at(view, key);
}

struct view_list view_all(const struct view *view, enum resource_id resource, const char *namespace)
{
    char key[INDEX_KEY_SIZE];
    bool everywhere = namespace == NULL || namespace[0] == '\0';
    list_key(key, everywhere ? "all" : "in", resource, everywhere ? "" : namespace);
    return list_at(view, key);
}

struct view_list view_dependents(const struct view *view, const char *owner_uid)
{
    char key[INDEX_KEY_SIZE];
    text_key(key, "owner", owner_uid);
    return list_at(view, key);
}

struct view_list view_without_controller(const struct view *view, enum resource_id resource, const char *namespace)
{
    char key[INDEX_KEY_SIZE];
    list_key(key, "alone", resource, namespace);
    return list_at(view, key);
}

struct view_list view_pods_of_node(const struct view *view, const char *node)
{
    char key[INDEX_KEY_SIZE];
    text_key(key, "node", node);
    return list_at(view, key);
}

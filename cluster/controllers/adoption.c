#include "cluster/controllers/adoption.h"

#include <string.h>

#include "cluster/api/selector.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "cluster/controllers/stateful.h"

static void list_add(struct object_list *list, struct object *object_take)
{
    list->objects = memory_resize(list->objects, list->count + 1, sizeof(struct object *));
    list->objects[list->count++] = object_take;
}

static int release_one(struct runtime *runtime, const struct object *owner, const struct object *object, struct status *status)
{
    cJSON *tree = json_copy(object_tree(object));
    (void)remove_owner(tree, object_uid(owner));
    return write_object(runtime, object, tree, NULL, status);
}

static int adopt_one(struct runtime *runtime, const struct object *owner, const struct object *object, struct object_list *owned,
                     struct status *status)
{
    struct object *adopted = NULL;
    cJSON *tree = json_copy(object_tree(object));
    cJSON_AddItemToArray(json_array_at(json_object_at(tree, "metadata"), "ownerReferences"), make_controller_reference(owner));
    if (write_object(runtime, object, tree, &adopted, status) != 0)
        return -1;
    list_add(owned, adopted);
    return 0;
}

/* A StatefulSet's pods have its name and an ordinal. */
static bool may_be_adopted(const struct object *owner, const struct object *object)
{
    const cJSON *tree = object_tree(object);
    if (object_resource(object) != RESOURCE_PODS)
        return !is_being_deleted(tree);
    return pod_is_active(tree) &&
           (object_resource(owner) != RESOURCE_STATEFULSETS || stateful_ordinal(object_name(owner), object_name(object)) >= 0);
}

static int adopt_matching(struct runtime *runtime, const struct object *owner, enum resource_id resource,
                          const struct selector *selector, struct object_list *owned, struct status *status)
{
    struct view_list alone = view_without_controller(runtime->view, resource, object_namespace(owner));
    for (size_t i = 0; i < alone.count; i++) {
        struct object *object = alone.objects[i];
        if (may_be_adopted(owner, object) && selector_matches(selector, object_tree(object)) &&
            adopt_one(runtime, owner, object, owned, status) != 0)
            return -1;
    }
    return 0;
}

int adopt(struct runtime *runtime, const struct object *owner, enum resource_id resource, struct object_list *owned,
          struct status *status)
{
    AUTO_SELECTOR struct selector *selector = selector_from_label_selector(json_get(object_tree(owner), "spec", "selector"));
    *owned = (struct object_list){.objects = memory_allocate(1, sizeof(struct object *))};
    bool leaving = is_being_deleted(object_tree(owner));
    int outcome = 0;
    struct view_list dependents = view_dependents(runtime->view, object_uid(owner));
    for (size_t i = 0; i < dependents.count; i++) {
        struct object *object = dependents.objects[i];
        if (object_resource(object) != resource || !is_controlled_by(object_tree(object), owner))
            continue;
        if (selector_matches(selector, object_tree(object)))
            list_add(owned, object_reference(object));
        else if (!leaving && release_one(runtime, owner, object, status) != 0)
            outcome = -1;
    }
    if (!leaving && adopt_matching(runtime, owner, resource, selector, owned, status) != 0)
        outcome = -1;
    return outcome;
}

struct object *controller_of(const struct view *view, const struct object *object, enum resource_id resource)
{
    struct object *owner = view_by_uid(view, controller_uid(object_tree(object)));
    return owner != NULL && object_resource(owner) == resource ? owner : NULL;
}

static void enqueue_matching(struct controller *controller, const struct object *pod, enum resource_id resource)
{
    struct view_list owners = view_all(controller->runtime->view, resource, object_namespace(pod));
    for (size_t i = 0; i < owners.count; i++) {
        AUTO_SELECTOR struct selector *selector =
            selector_from_label_selector(json_get(object_tree(owners.objects[i]), "spec", "selector"));
        if (selector_matches(selector, object_tree(pod)))
            controller_enqueue(controller, owners.objects[i]);
    }
}

static void enqueue_owner(struct controller *controller, const struct object *pod, enum resource_id resource)
{
    const struct object *owner = controller_of(controller->runtime->view, pod, resource);
    if (owner != NULL)
        controller_enqueue(controller, owner);
}

void enqueue_owners_of_pod(struct controller *controller, const struct watch_event *event, enum resource_id resource)
{
    enqueue_owner(controller, event->object, resource);
    if (event->previous != NULL)
        enqueue_owner(controller, event->previous, resource);
    if (controller_reference(object_tree(event->object)) == NULL && event->type != WATCH_DELETED)
        enqueue_matching(controller, event->object, resource);
}

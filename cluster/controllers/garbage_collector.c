#include "cluster/controllers/garbage_collector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/ownership.h"

/* Its looks cost little, and all dependents of what was deleted come at once. */
#define KEYS_A_TURN 50

#define FOREGROUND "foregroundDeletion"
#define ORPHAN "orphan"

/* Names repeat across resources, so a key starts with the resource's number. */
static void enqueue(struct controller *controller, const struct object *object)
{
    char name[CONTROLLER_KEY_SIZE];
    char key[CONTROLLER_KEY_SIZE + 16];
    (void)snprintf(key, sizeof key, "%d %s", (int)object_resource(object), key_of(object, name));
    queue_add(controller->queue, key, controller->runtime->now);
}

static void enqueue_dependents(struct controller *controller, const struct object *owner)
{
    struct view_list dependents = view_dependents(controller->runtime->view, object_uid(owner));
    for (size_t i = 0; i < dependents.count; i++)
        enqueue(controller, dependents.objects[i]);
}

static bool waits_for_dependents(const cJSON *tree)
{
    return is_being_deleted(tree) && (has_finalizer(tree, FOREGROUND) || has_finalizer(tree, ORPHAN));
}

static void enqueue_owners(struct controller *controller, const struct object *dependent)
{
    const cJSON *reference = NULL;
    cJSON_ArrayForEach (reference, json_get(object_tree(dependent), "metadata", "ownerReferences")) {
        const struct object *owner = view_by_uid(controller->runtime->view, json_text(json_get(reference, "uid"), ""));
        if (owner != NULL && waits_for_dependents(object_tree(owner)))
            enqueue(controller, owner);
    }
}

static void observe(struct controller *controller, const struct watch_event *event)
{
    if (object_resource(event->object) == RESOURCE_EVENTS)
        return;
    const cJSON *tree = object_tree(event->object);
    if (event->type == WATCH_DELETED) {
        enqueue_dependents(controller, event->object);
        enqueue_owners(controller, event->object);
        return;
    }
    if (json_get(tree, "metadata", "ownerReferences") != NULL || waits_for_dependents(tree))
        enqueue(controller, event->object);
    /* A dependent that lets its owner go, or that no longer blocks it. */
    if (event->previous != NULL)
        enqueue_owners(controller, event->previous);
}

enum owner_state { OWNER_PRESENT, OWNER_LEAVING, OWNER_ABSENT };

/* Owners of kinds that this API does not serve count as present: nothing is known of them. An owner that leaves is one
 * that waits for its dependents. */
static enum owner_state look_for_owner(const struct view *view, const struct object *dependent, const cJSON *reference)
{
    const struct resource *resource =
        resource_by_kind(json_text(json_get(reference, "apiVersion"), ""), json_text(json_get(reference, "kind"), ""));
    if (resource == NULL)
        return OWNER_PRESENT;
    const char *namespace = resource->namespaced ? object_namespace(dependent) : "";
    const struct object *owner = view_get(view, resource->id, namespace, json_text(json_get(reference, "name"), ""));
    if (owner == NULL || strcmp(object_uid(owner), json_text(json_get(reference, "uid"), "")) != 0)
        return OWNER_ABSENT;
    const cJSON *tree = object_tree(owner);
    return is_being_deleted(tree) && has_finalizer(tree, FOREGROUND) ? OWNER_LEAVING : OWNER_PRESENT;
}

static int delete_object(struct controller *controller, const struct object *object, enum deletion_propagation propagation,
                         struct status *status)
{
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    options.uid = object_uid(object);
    options.propagation = propagation;
    int outcome = registry_delete(controller->runtime->registry, object_resource(object), object_namespace(object),
                                  object_name(object), &options, NULL, NULL, status);
    return outcome != 0 && status->code == 404 ? 0 : outcome;
}

/* Another owner keeps the object: the references to those that are gone or leave go. */
static int drop_references(struct controller *controller, const struct object *dependent, struct status *status)
{
    cJSON *tree = json_copy(object_tree(dependent));
    const cJSON *reference = NULL;
    cJSON_ArrayForEach (reference, json_get(object_tree(dependent), "metadata", "ownerReferences")) {
        if (look_for_owner(controller->runtime->view, dependent, reference) != OWNER_PRESENT)
            (void)remove_owner(tree, json_text(json_get(reference, "uid"), ""));
    }
    return write_object(controller->runtime, dependent, tree, NULL, status);
}

/* What is deleted because its owner waits for it makes its own dependents go first when there are any. */
static enum deletion_propagation propagation_for(const struct view *view, const struct object *object, bool owner_leaves)
{
    if (has_finalizer(object_tree(object), ORPHAN))
        return PROPAGATION_ORPHAN;
    if (has_finalizer(object_tree(object), FOREGROUND))
        return PROPAGATION_FOREGROUND;
    bool has_dependents = view_dependents(view, object_uid(object)).count > 0;
    return owner_leaves && has_dependents ? PROPAGATION_FOREGROUND : PROPAGATION_BACKGROUND;
}

static int judge_dependent(struct controller *controller, const struct object *dependent, struct status *status)
{
    size_t states[3] = {0};
    const cJSON *references = json_get(object_tree(dependent), "metadata", "ownerReferences");
    const cJSON *reference = NULL;
    cJSON_ArrayForEach (reference, references)
        states[look_for_owner(controller->runtime->view, dependent, reference)]++;
    if (cJSON_GetArraySize(references) == 0 || is_being_deleted(object_tree(dependent)))
        return 0;
    if (states[OWNER_PRESENT] > 0)
        return states[OWNER_ABSENT] + states[OWNER_LEAVING] > 0 ? drop_references(controller, dependent, status) : 0;
    return delete_object(controller, dependent, propagation_for(controller->runtime->view, dependent, states[OWNER_LEAVING] > 0),
                         status);
}

static int take_finalizer(struct controller *controller, const struct object *owner, const char *finalizer, struct status *status)
{
    cJSON *tree = json_copy(object_tree(owner));
    remove_finalizer(tree, finalizer);
    return write_object(controller->runtime, owner, tree, NULL, status);
}

static int orphan_dependents(struct controller *controller, const struct object *owner, struct status *status)
{
    struct view_list dependents = view_dependents(controller->runtime->view, object_uid(owner));
    for (size_t i = 0; i < dependents.count; i++) {
        cJSON *tree = json_copy(object_tree(dependents.objects[i]));
        (void)remove_owner(tree, object_uid(owner));
        if (write_object(controller->runtime, dependents.objects[i], tree, NULL, status) != 0 && status->code != 404)
            return -1;
    }
    return take_finalizer(controller, owner, ORPHAN, status);
}

static bool blocks(const struct object *dependent, const struct object *owner)
{
    const cJSON *reference = NULL;
    cJSON_ArrayForEach (reference, json_get(object_tree(dependent), "metadata", "ownerReferences")) {
        if (strcmp(json_text(json_get(reference, "uid"), ""), object_uid(owner)) == 0 &&
            json_boolean(json_get(reference, "blockOwnerDeletion"), false))
            return true;
    }
    return false;
}

static int delete_in_foreground(struct controller *controller, const struct object *owner, struct status *status)
{
    bool blocked = false;
    struct view_list dependents = view_dependents(controller->runtime->view, object_uid(owner));
    for (size_t i = 0; i < dependents.count; i++) {
        blocked = blocked || blocks(dependents.objects[i], owner);
        if (!is_being_deleted(object_tree(dependents.objects[i])))
            enqueue(controller, dependents.objects[i]);
    }
    return blocked ? 0 : take_finalizer(controller, owner, FOREGROUND, status);
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    char *name = NULL;
    enum resource_id resource = (enum resource_id)strtol(key, &name, 10);
    const struct object *object = controller_object(controller, resource, name + 1);
    if (object == NULL)
        return 0;
    const cJSON *tree = object_tree(object);
    if (is_being_deleted(tree) && has_finalizer(tree, ORPHAN))
        return orphan_dependents(controller, object, status);
    if (is_being_deleted(tree) && has_finalizer(tree, FOREGROUND))
        return delete_in_foreground(controller, object, status);
    return judge_dependent(controller, object, status);
}

const struct controller_functions garbage_collector_functions = {
    .name = "garbage-collector", .observe = observe, .sync = sync, .turn = KEYS_A_TURN};

#include "cluster/controllers/namespace.h"

#include <string.h>

#include "cluster/controllers/ownership.h"

static void observe(struct controller *controller, const struct watch_event *event)
{
    if (object_resource(event->object) == RESOURCE_NAMESPACES) {
        controller_enqueue(controller, event->object);
        return;
    }
    /* Something of a namespace that is being emptied: gone, or made at the last moment. */
    const char *name = object_namespace(event->object);
    const struct object *namespace = view_get(controller->runtime->view, RESOURCE_NAMESPACES, "", name);
    if (namespace != NULL && is_being_deleted(object_tree(namespace)))
        controller_enqueue(controller, namespace);
}

/* Deletes what is not on its way out yet. *left counts everything that is still there. */
static int empty_of(struct controller *controller, const char *name, enum resource_id resource, size_t *left,
                    struct status *status)
{
    AUTO_OBJECT_LIST struct object_list list = {0};
    store_list(registry_store(controller->runtime->registry), resource, name, &list);
    for (size_t i = 0; i < list.count; i++) {
        const struct object *object = list.objects[i];
        bool gone = false;
        struct delete_options options = DELETE_OPTIONS_DEFAULT;
        options.uid = object_uid(object);
        if (is_being_deleted(object_tree(object))) {
            (*left)++;
            continue;
        }
        if (registry_delete(controller->runtime->registry, resource, name, object_name(object), &options, &gone, NULL, status) !=
                0 &&
            status->code != 404)
            return -1;
        *left += !gone;
    }
    return 0;
}

static bool drop_kubernetes_finalizer(cJSON *namespace, void *context)
{
    (void)context;
    cJSON *finalizers = json_get(namespace, "spec", "finalizers");
    for (int i = cJSON_GetArraySize(finalizers) - 1; i >= 0; i--) {
        if (strcmp(json_text(cJSON_GetArrayItem(finalizers, i), ""), "kubernetes") == 0) {
            cJSON_DeleteItemFromArray(finalizers, i);
            return true;
        }
    }
    return false;
}

static int finalize(struct controller *controller, const char *name, struct status *status)
{
    if (registry_mutate(controller->runtime->registry, RESOURCE_NAMESPACES, "", name, SUBRESOURCE_NONE, drop_kubernetes_finalizer,
                        NULL, NULL, status) == 0 ||
        status->code == 404)
        return 0;
    return -1;
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    const struct object *namespace = controller_object(controller, RESOURCE_NAMESPACES, key);
    if (namespace == NULL || !is_being_deleted(object_tree(namespace)))
        return 0;
    size_t left = 0;
    for (enum resource_id resource = 0; resource < RESOURCE_END; resource++) {
        const struct resource *description = resource_by_id(resource);
        if (description != NULL && description->namespaced && empty_of(controller, key, resource, &left, status) != 0)
            return -1;
    }
    return left > 0 ? 0 : finalize(controller, key, status);
}

const struct controller_functions namespace_functions = {.name = "namespace", .observe = observe, .sync = sync};

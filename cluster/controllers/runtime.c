#include "cluster/controllers/runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

/* So that a stop is noticed although controllers keep each other busy. */
#define SYNCS_PER_STEP 2000

static void observe_all(struct runtime *runtime, const struct watch_event *event)
{
    for (size_t i = 0; i < runtime->controller_count; i++)
        runtime->controllers[i].functions->observe(&runtime->controllers[i], event);
}

static void list_resource(struct runtime *runtime, enum resource_id resource)
{
    AUTO_OBJECT_LIST struct object_list list = {0};
    store_list(registry_store(runtime->registry), resource, NULL, &list);
    for (size_t i = 0; i < list.count; i++)
        (void)view_put(runtime->view, list.objects[i]);
}

static void observe_present(struct runtime *runtime, enum resource_id resource)
{
    struct view_list all = view_all(runtime->view, resource, NULL);
    for (size_t i = 0; i < all.count; i++)
        observe_all(runtime, &(struct watch_event){.type = WATCH_ADDED, .object = all.objects[i]});
}

/* The watch opens before the lists are read: what changes in between comes twice, and the view drops the older. */
static void relist(struct runtime *runtime)
{
    store_watch_close(runtime->watch);
    runtime->watch = store_watch_open(registry_store(runtime->registry), RESOURCE_ANY, NULL, 0);
    view_destroy(runtime->view);
    runtime->view = view_create();
    for (enum resource_id resource = 0; resource < RESOURCE_END; resource++) {
        if (resource != RESOURCE_EVENTS)
            list_resource(runtime, resource);
    }
    for (enum resource_id resource = 0; resource < RESOURCE_END; resource++)
        observe_present(runtime, resource);
}

struct runtime *runtime_create(struct registry *registry, const struct cluster_periods *periods,
                               const struct node_interface *node, const struct controller_functions *const *functions,
                               size_t count, int64_t now, int64_t wall)
{
    struct runtime *runtime = memory_allocate(1, sizeof *runtime);
    runtime->registry = registry;
    runtime->periods = *periods;
    runtime->node = *node;
    runtime->now = now;
    runtime->wall = wall;
    runtime->controllers = memory_allocate(count, sizeof(struct controller));
    runtime->controller_count = count;
    for (size_t i = 0; i < count; i++) {
        runtime->controllers[i] = (struct controller){.functions = functions[i], .runtime = runtime, .queue = queue_create()};
        if (functions[i]->create != NULL)
            runtime->controllers[i].state = functions[i]->create();
    }
    relist(runtime);
    return runtime;
}

void runtime_destroy(struct runtime *runtime)
{
    if (runtime == NULL)
        return;
    for (size_t i = 0; i < runtime->controller_count; i++) {
        struct controller *controller = &runtime->controllers[i];
        if (controller->functions->destroy != NULL)
            controller->functions->destroy(controller->state);
        queue_destroy(controller->queue);
    }
    free(runtime->controllers);
    view_destroy(runtime->view);
    store_watch_close(runtime->watch);
    free(runtime);
}

int runtime_descriptor(const struct runtime *runtime)
{
    return store_watch_descriptor(runtime->watch);
}

static void take_in(struct runtime *runtime, const struct watch_event *event)
{
    bool news = event->type == WATCH_DELETED ? view_remove(runtime->view, event->object) : view_put(runtime->view, event->object);
    if (news)
        observe_all(runtime, event);
}

static void drain(struct runtime *runtime)
{
    for (;;) {
        struct watch_event event = {0};
        int outcome = store_watch_next(runtime->watch, &event);
        if (outcome == 0)
            return;
        if (outcome < 0) {
            relist(runtime);
            continue;
        }
        take_in(runtime, &event);
        watch_event_release(&event);
    }
}

static void sync_key(struct controller *controller, const char *key)
{
    AUTO_STATUS struct status status = {0};
    if (controller->functions->sync(controller, key, &status) == 0) {
        queue_forget(controller->queue, key);
        return;
    }
    /* Another writer was faster: usual, and the next look sees what it wrote. */
    if (status.code == 409)
        log_debug(controller->functions->name, "%s: %s", key, status_message(&status));
    else
        log_warning(controller->functions->name, "%s: %s", key, status_message(&status));
    queue_add_failed(controller->queue, key, controller->runtime->now);
}

/* A controller's turn; how many keys it looked at. */
static size_t take_turn(struct runtime *runtime, struct controller *controller)
{
    size_t synced = 0;
    do {
        AUTO_FREE char *key = queue_take(controller->queue, runtime->now);
        if (key == NULL)
            break;
        sync_key(controller, key);
        drain(runtime);
        synced++;
    } while (synced < controller->functions->turn);
    return synced;
}

/* A turn of each controller, so that none starves. */
static size_t sync_round(struct runtime *runtime)
{
    size_t synced = 0;
    for (size_t i = 0; i < runtime->controller_count; i++)
        synced += take_turn(runtime, &runtime->controllers[i]);
    return synced;
}

static int64_t next_due(const struct runtime *runtime)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < runtime->controller_count; i++) {
        int64_t next = queue_next_due(runtime->controllers[i].queue);
        due = next < due ? next : due;
    }
    return due;
}

int64_t runtime_step(struct runtime *runtime, int64_t now, int64_t wall)
{
    runtime->now = now;
    runtime->wall = wall;
    drain(runtime);
    for (size_t total = 0; total < SYNCS_PER_STEP;) {
        size_t synced = sync_round(runtime);
        if (synced == 0)
            break;
        total += synced;
    }
    return next_due(runtime);
}

const char *key_of(const struct object *object, char key[CONTROLLER_KEY_SIZE])
{
    const char *namespace = object_namespace(object);
    (void)snprintf(key, CONTROLLER_KEY_SIZE, "%s%s%s", namespace, namespace[0] != '\0' ? "/" : "", object_name(object));
    return key;
}

void controller_enqueue(struct controller *controller, const struct object *object)
{
    char key[CONTROLLER_KEY_SIZE];
    queue_add(controller->queue, key_of(object, key), controller->runtime->now);
}

void controller_enqueue_name(struct controller *controller, const char *namespace, const char *name)
{
    char key[CONTROLLER_KEY_SIZE];
    (void)snprintf(key, sizeof key, "%s%s%s", namespace, namespace[0] != '\0' ? "/" : "", name);
    queue_add(controller->queue, key, controller->runtime->now);
}

void controller_enqueue_after(struct controller *controller, const char *key, int64_t nanoseconds)
{
    queue_add(controller->queue, key, controller->runtime->now + nanoseconds);
}

struct object *controller_object(const struct controller *controller, enum resource_id resource, const char *key)
{
    char namespace[CONTROLLER_KEY_SIZE] = "";
    const char *slash = strchr(key, '/');
    if (slash == NULL)
        return view_get(controller->runtime->view, resource, "", key);
    memcpy(namespace, key, (size_t)(slash - key));
    return view_get(controller->runtime->view, resource, namespace, slash + 1);
}

int write_object(struct runtime *runtime, const struct object *object, cJSON *tree_take, struct object **updated,
                 struct status *status)
{
    return registry_update(runtime->registry, object_resource(object), object_namespace(object), object_name(object),
                           SUBRESOURCE_NONE, tree_take, updated, status);
}

int write_status(struct runtime *runtime, const struct object *object, cJSON *status_take, struct status *status)
{
    if (json_equal(json_get(object_tree(object), "status"), status_take)) {
        cJSON_Delete(status_take);
        return 0;
    }
    cJSON *tree = json_copy(object_tree(object));
    json_set(tree, "status", status_take);
    return registry_update(runtime->registry, object_resource(object), object_namespace(object), object_name(object),
                           SUBRESOURCE_STATUS, tree, NULL, status);
}

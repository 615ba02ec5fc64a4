#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cluster/api/custom_resource.h"
#include "cluster/api/object_internal.h"
#include "cluster/api/registry_internal.h"
#include "cluster/api/writer.h"
#include "common/clock.h"
#include "common/memory.h"

#define FINALIZER_FOREGROUND "foregroundDeletion"
#define FINALIZER_ORPHAN "orphan"

static bool has_finalizers(const cJSON *tree)
{
    return cJSON_GetArraySize(json_get(tree, "metadata", "finalizers")) > 0;
}

bool deletion_is_done(enum resource_id resource, const cJSON *tree)
{
    const cJSON *metadata = json_get(tree, "metadata");
    if (json_get(metadata, "deletionTimestamp") == NULL || has_finalizers(tree))
        return false;
    if (resource == RESOURCE_NAMESPACES)
        return cJSON_GetArraySize(json_get(tree, "spec", "finalizers")) == 0;
    return json_integer(json_get(metadata, "deletionGracePeriodSeconds"), 0) == 0;
}

/* With its definition gone, nothing could be said of an object, and nobody could ask for it. */
static void remove_custom_objects(struct registry *registry, const struct object *definition)
{
    AUTO_OBJECT_LIST struct object_list list = {0};
    enum resource_id id = custom_resource_id(object_name(definition));
    if (id == RESOURCE_ANY)
        return;
    store_list(registry->store, id, NULL, &list);
    for (size_t i = 0; i < list.count; i++)
        object_release(remove_object(registry, list.objects[i]));
}

struct object *remove_object(struct registry *registry, const struct object *object)
{
    struct object *removed = NULL;
    if (object_resource(object) == RESOURCE_CUSTOMRESOURCEDEFINITIONS)
        remove_custom_objects(registry, object);
    if (!store_remove(registry->store, object_resource(object), object_namespace(object), object_name(object), 0, &removed))
        return NULL;
    if (object_resource(object) == RESOURCE_SERVICES)
        service_return_address(registry, object_tree(object));
    return removed;
}

static void remove_finalizer(cJSON *finalizers, const char *name)
{
    for (cJSON *item = finalizers->child; item != NULL;) {
        cJSON *next = item->next;
        if (strcmp(json_text(item, ""), name) == 0)
            cJSON_Delete(cJSON_DetachItemViaPointer(finalizers, item));
        item = next;
    }
}

/* Foreground and orphan deletion wait for the garbage collector, by a finalizer that it removes. */
static void set_propagation(cJSON *tree, enum deletion_propagation propagation)
{
    if (propagation == PROPAGATION_BACKGROUND)
        return;
    cJSON *finalizers = json_array_at(json_object_at(tree, "metadata"), "finalizers");
    remove_finalizer(finalizers, FINALIZER_FOREGROUND);
    remove_finalizer(finalizers, FINALIZER_ORPHAN);
    const char *name = propagation == PROPAGATION_FOREGROUND ? FINALIZER_FOREGROUND : FINALIZER_ORPHAN;
    cJSON_AddItemToArray(finalizers, cJSON_CreateString(name));
}

static void set_deletion_time(cJSON *metadata, int64_t wall)
{
    char text[CLOCK_TEXT_SIZE];
    json_set_text(metadata, "deletionTimestamp", clock_format_seconds(wall, text));
}

/* The grace that a first deletion gives: nothing to wait for without a node or after the end. */
static int64_t pod_grace(const cJSON *pod, int64_t asked)
{
    const char *phase = json_text(json_get(pod, "status", "phase"), "");
    if (json_text(json_get(pod, "spec", "nodeName"), "")[0] == '\0' || strcmp(phase, "Succeeded") == 0 ||
        strcmp(phase, "Failed") == 0)
        return 0;
    int64_t grace = asked >= 0 ? asked : json_integer(json_get(pod, "spec", "terminationGracePeriodSeconds"), 30);
    return grace < 0 ? 1 : grace;
}

/* Marks a pod; returns the grace that is left to it. A pod that is being deleted can only be given less. */
static int64_t mark_pod(cJSON *pod, int64_t asked, int64_t now_wall)
{
    cJSON *metadata = json_object_at(pod, "metadata");
    if (json_get(metadata, "deletionTimestamp") == NULL) {
        int64_t grace = pod_grace(pod, asked);
        if (grace > (INT64_MAX - now_wall) / NANOSECONDS_PER_SECOND)
            grace = INT32_MAX;
        set_deletion_time(metadata, now_wall + grace * NANOSECONDS_PER_SECOND);
        json_set_integer(metadata, "deletionGracePeriodSeconds", grace);
        metadata_raise_generation(metadata);
        return grace;
    }
    int64_t present = json_integer(json_get(metadata, "deletionGracePeriodSeconds"), 0);
    if (asked < 0 || asked >= present)
        return present;
    int64_t wall = now_wall;
    if (clock_parse(json_text(json_get(metadata, "deletionTimestamp"), ""), &wall, NULL) == 0)
        wall -= (present - asked) * NANOSECONDS_PER_SECOND;
    set_deletion_time(metadata, wall);
    json_set_integer(metadata, "deletionGracePeriodSeconds", asked);
    return asked;
}

static void mark_waiting(cJSON *tree, int64_t now_wall, bool namespace)
{
    cJSON *metadata = json_object_at(tree, "metadata");
    if (json_get(metadata, "deletionTimestamp") != NULL)
        return;
    set_deletion_time(metadata, now_wall);
    if (namespace)
        json_set_text(json_object_at(tree, "status"), "phase", "Terminating");
    else
        json_set_integer(metadata, "deletionGracePeriodSeconds", 0);
    if (json_integer(json_get(metadata, "generation"), 0) > 0)
        metadata_raise_generation(metadata);
}

static struct object *write_marked(struct registry *registry, const struct object *old, cJSON **tree)
{
    complete_object(resource_by_id(object_resource(old)), tree);
    if (writer_is_dry())
        return object_create(object_resource(old), steal_pointer(tree), object_version(old));
    if (json_equal(*tree, object_tree(old)))
        return store_get(registry->store, object_resource(old), object_namespace(old), object_name(old));
    return store_put(registry->store, object_resource(old), steal_pointer(tree), 0);
}

/* Marks the tree for deletion; true when nothing keeps the object. */
static bool mark(cJSON *tree, enum resource_id resource, const struct delete_options *options, int64_t now_wall)
{
    set_propagation(tree, options->propagation);
    bool waits = has_finalizers(tree);
    if (resource == RESOURCE_PODS)
        return mark_pod(tree, options->grace_seconds, now_wall) == 0 && !waits;
    if (resource == RESOURCE_NAMESPACES)
        waits = waits || cJSON_GetArraySize(json_get(tree, "spec", "finalizers")) > 0;
    if (waits)
        mark_waiting(tree, now_wall, resource == RESOURCE_NAMESPACES);
    return !waits;
}

static int check_deletion(const struct object *object, const struct delete_options *options, struct status *status)
{
    static const char *const kept[] = {"default", "kube-system", "kube-public"};
    const struct resource *resource = resource_by_id(object_resource(object));
    if (options->uid != NULL && options->uid[0] != '\0' && strcmp(options->uid, object_uid(object)) != 0) {
        AUTO_FREE char *why = memory_format("Precondition failed: UID in precondition: %.100s, UID in object meta: %s",
                                            options->uid, object_uid(object));
        return fail_conflict(status, resource, object_name(object), why);
    }
    char version[24];
    (void)snprintf(version, sizeof version, "%" PRIu64, object_version(object));
    if (options->version != NULL && options->version[0] != '\0' && strcmp(options->version, version) != 0) {
        AUTO_FREE char *why =
            memory_format("Precondition failed: ResourceVersion in precondition: %.100s, ResourceVersion in object meta: %s",
                          options->version, version);
        return fail_conflict(status, resource, object_name(object), why);
    }
    for (size_t i = 0; resource->id == RESOURCE_NAMESPACES && i < sizeof kept / sizeof kept[0]; i++) {
        if (strcmp(kept[i], object_name(object)) == 0)
            return fail_forbidden(status, resource, kept[i], "this namespace may not be deleted");
    }
    return 0;
}

static int delete_object(struct registry *registry, const struct object *old, const struct delete_options *options, bool *gone,
                         struct object **last, struct status *status)
{
    if (check_deletion(old, options, status) < 0)
        return -1;
    AUTO_JSON cJSON *tree = json_copy(object_tree(old));
    bool marked_before = json_get(tree, "metadata", "deletionTimestamp") != NULL;
    bool at_once = mark(tree, object_resource(old), options, clock_wall());
    if (!at_once || marked_before) {
        struct object *marked = write_marked(registry, old, &tree);
        hand_out(at_once ? NULL : last, marked);
    }
    if (at_once && writer_is_dry())
        hand_out(last, store_get(registry->store, object_resource(old), object_namespace(old), object_name(old)));
    else if (at_once)
        hand_out(last, remove_object(registry, old));
    if (gone != NULL)
        *gone = at_once;
    return 0;
}

int registry_delete(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                    const struct delete_options *options, bool *gone, struct object **last, struct status *status)
{
    if (last != NULL)
        *last = NULL;
    if (gone != NULL)
        *gone = false;
    registry_lock(registry);
    AUTO_OBJECT struct object *old = find_object(registry, resource_by_id(resource), namespace, name, status);
    int outcome = old != NULL ? delete_object(registry, old, options, gone, last, status) : -1;
    registry_unlock(registry);
    return outcome;
}

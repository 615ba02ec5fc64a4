#include "cluster/api/store.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cluster/api/object_internal.h"
#include "cluster/api/store_history.h"
#include "common/log.h"

/* The objects of one resource, ordered by namespace and name. */
struct shelf {
    struct object **objects;
    size_t count;
    size_t capacity;
};

/* Two locks, so that readers do not wait while a change is serialized: `writing` is held for the whole of a write,
 * `lock` (taken inside it) only while the shelves, the history and the watches are read or changed. */
struct store {
    pthread_mutex_t writing;
    pthread_mutex_t lock;
    struct shelf shelves[RESOURCE_END];
    size_t bytes; /* of the objects on the shelves */
    uint64_t version;
    struct store_history *history;
    struct watch *watches;
    store_observer *observer; /* of changes of `observed` alone */
    enum resource_id observed;
};

struct watch {
    struct store *store;
    struct watch *next;
    struct watch *previous;
    enum resource_id resource;
    char *namespace; /* NULL = all */
    uint64_t position;
    uint64_t version;
    int descriptor;
    bool signalled;
};

struct store *store_create(void)
{
    struct store *store = memory_allocate(1, sizeof *store);
    pthread_mutex_init(&store->writing, NULL);
    pthread_mutex_init(&store->lock, NULL);
    store->history = store_history_create(STORE_HISTORY, STORE_HISTORY_BYTES);
    return store;
}

void store_destroy(struct store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < RESOURCE_END; i++) {
        struct shelf *shelf = &store->shelves[i];
        for (size_t j = 0; j < shelf->count; j++)
            object_release(shelf->objects[j]);
        free(shelf->objects);
    }
    store_history_destroy(store->history);
    pthread_mutex_destroy(&store->lock);
    pthread_mutex_destroy(&store->writing);
    free(store);
}

void store_follow(struct store *store, enum resource_id resource, store_observer *observer)
{
    pthread_mutex_lock(&store->lock);
    store->observed = resource;
    store->observer = observer;
    pthread_mutex_unlock(&store->lock);
}

/* The index of the first object that is not before (namespace, name). */
static size_t shelf_position(const struct shelf *shelf, const char *namespace, const char *name, bool *found)
{
    size_t low = 0;
    size_t high = shelf->count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(object_namespace(shelf->objects[middle]), namespace);
        if (order == 0)
            order = strcmp(object_name(shelf->objects[middle]), name);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void shelf_insert(struct shelf *shelf, size_t position, struct object *object)
{
    if (shelf->count == shelf->capacity) {
        shelf->capacity = shelf->capacity == 0 ? 16 : shelf->capacity * 2;
        shelf->objects = memory_resize(shelf->objects, shelf->capacity, sizeof *shelf->objects);
    }
    struct object **slot = shelf->objects + position;
    memmove(slot + 1, slot, (shelf->count - position) * sizeof *slot);
    *slot = object;
    shelf->count++;
}

static void shelf_remove(struct shelf *shelf, size_t position)
{
    struct object **slot = shelf->objects + position;
    shelf->count--;
    memmove(slot, slot + 1, (shelf->count - position) * sizeof *slot);
}

struct object *store_get(struct store *store, enum resource_id resource, const char *namespace, const char *name)
{
    struct object *object = NULL;
    bool found;
    pthread_mutex_lock(&store->lock);
    const struct shelf *shelf = &store->shelves[resource];
    size_t position = shelf_position(shelf, namespace == NULL ? "" : namespace, name, &found);
    if (found)
        object = object_reference(shelf->objects[position]);
    pthread_mutex_unlock(&store->lock);
    return object;
}

void store_list(struct store *store, enum resource_id resource, const char *namespace, struct object_list *list)
{
    pthread_mutex_lock(&store->lock);
    const struct shelf *shelf = &store->shelves[resource];
    size_t first = 0;
    size_t end = shelf->count;
    if (namespace != NULL && namespace[0] != '\0') {
        bool found;
        first = shelf_position(shelf, namespace, "", &found);
        end = first;
        while (end < shelf->count && strcmp(object_namespace(shelf->objects[end]), namespace) == 0)
            end++;
    }
    *list = (struct object_list){.count = end - first, .version = store->version};
    list->objects = memory_allocate(list->count + 1, sizeof(struct object *));
    for (size_t i = 0; i < list->count; i++)
        list->objects[i] = object_reference(shelf->objects[first + i]);
    pthread_mutex_unlock(&store->lock);
}

uint64_t store_version(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    uint64_t version = store->version;
    pthread_mutex_unlock(&store->lock);
    return version;
}

size_t store_bytes(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    size_t bytes = store->bytes;
    pthread_mutex_unlock(&store->lock);
    return bytes;
}

static size_t bytes_of(const struct object *object)
{
    size_t length = 0;
    (void)object_text(object, &length);
    return length;
}

static bool watch_wants(const struct watch *watch, const struct object *object)
{
    if (watch->resource != RESOURCE_ANY && watch->resource != object_resource(object))
        return false;
    return watch->namespace == NULL || strcmp(watch->namespace, object_namespace(object)) == 0;
}

static void watch_signal(struct watch *watch)
{
    if (watch->signalled)
        return;
    watch->signalled = true;
    uint64_t one = 1;
    if (write(watch->descriptor, &one, sizeof one) != (ssize_t)sizeof one)
        log_error("store", "cannot wake a watch");
}

/* Both locks are held. Takes the references of the change. */
static void publish(struct store *store, const struct watch_event *change)
{
    store->version = object_version(change->object);
    if (store->observer != NULL && object_resource(change->object) == store->observed)
        store->observer(change->object, change->type == WATCH_DELETED);
    store_history_add(store->history, change);
    for (struct watch *watch = store->watches; watch != NULL; watch = watch->next)
        if (watch_wants(watch, change->object))
            watch_signal(watch);
}

/* The state that a write replaces, with the writing lock held: only writers change shelves, so it stays true. Returns
 * false when it is not of the expected version (0 = any). */
static bool find_for_write(struct store *store, enum resource_id resource, const char *namespace, const char *name,
                           uint64_t expected_version, struct object **present)
{
    *present = store_get(store, resource, namespace, name);
    return expected_version == 0 || (*present != NULL && object_version(*present) == expected_version);
}

struct object *store_put(struct store *store, enum resource_id resource, cJSON *tree_take, uint64_t expected_version)
{
    AUTO_OBJECT struct object *present = NULL;
    const char *namespace = json_text(json_get(tree_take, "metadata", "namespace"), "");
    const char *name = json_text(json_get(tree_take, "metadata", "name"), "");
    pthread_mutex_lock(&store->writing);
    if (!find_for_write(store, resource, namespace, name, expected_version, &present)) {
        pthread_mutex_unlock(&store->writing);
        cJSON_Delete(tree_take);
        return NULL;
    }
    struct object *object = object_create(resource, tree_take, store->version + 1);
    pthread_mutex_lock(&store->lock);
    struct shelf *shelf = &store->shelves[resource];
    bool found;
    size_t position = shelf_position(shelf, object_namespace(object), object_name(object), &found);
    store->bytes += bytes_of(object);
    if (found) {
        store->bytes -= bytes_of(shelf->objects[position]);
        object_release(shelf->objects[position]);
        shelf->objects[position] = object_reference(object);
    } else {
        shelf_insert(shelf, position, object_reference(object));
    }
    publish(store, &(struct watch_event){.type = found ? WATCH_MODIFIED : WATCH_ADDED,
                                         .object = object_reference(object),
                                         .previous = steal_pointer(&present)});
    pthread_mutex_unlock(&store->lock);
    pthread_mutex_unlock(&store->writing);
    return object;
}

bool store_remove(struct store *store, enum resource_id resource, const char *namespace, const char *name,
                  uint64_t expected_version, struct object **removed)
{
    AUTO_OBJECT struct object *present = NULL;
    pthread_mutex_lock(&store->writing);
    if (!find_for_write(store, resource, namespace, name, expected_version, &present) || present == NULL) {
        pthread_mutex_unlock(&store->writing);
        return false;
    }
    struct object *last = object_create(resource, json_copy(object_tree(present)), store->version + 1);
    pthread_mutex_lock(&store->lock);
    struct shelf *shelf = &store->shelves[resource];
    bool found;
    size_t position = shelf_position(shelf, object_namespace(last), object_name(last), &found);
    store->bytes -= bytes_of(shelf->objects[position]);
    object_release(shelf->objects[position]);
    shelf_remove(shelf, position);
    if (removed != NULL)
        *removed = object_reference(last);
    publish(store, &(struct watch_event){.type = WATCH_DELETED, .object = last, .previous = steal_pointer(&present)});
    pthread_mutex_unlock(&store->lock);
    pthread_mutex_unlock(&store->writing);
    return true;
}

struct watch *store_watch_open(struct store *store, enum resource_id resource, const char *namespace, uint64_t from_version)
{
    pthread_mutex_lock(&store->lock);
    int64_t position = (int64_t)store_history_end(store->history);
    if (from_version != 0)
        position = store_history_after(store->history, from_version);
    if (position < 0) {
        pthread_mutex_unlock(&store->lock);
        return NULL;
    }
    struct watch *watch = memory_allocate(1, sizeof *watch);
    watch->store = store;
    watch->resource = resource;
    watch->namespace = namespace == NULL || namespace[0] == '\0' ? NULL : memory_copy_text(namespace);
    watch->position = (uint64_t)position;
    watch->version = from_version != 0 ? from_version : store->version;
    watch->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watch->descriptor < 0)
        log_error("store", "no descriptor for a watch");
    watch->next = store->watches;
    if (watch->next != NULL)
        watch->next->previous = watch;
    store->watches = watch;
    if (watch->position < store_history_end(store->history))
        watch_signal(watch);
    pthread_mutex_unlock(&store->lock);
    return watch;
}

void store_watch_close(struct watch *watch)
{
    if (watch == NULL)
        return;
    struct store *store = watch->store;
    pthread_mutex_lock(&store->lock);
    if (watch->next != NULL)
        watch->next->previous = watch->previous;
    if (watch->previous != NULL)
        watch->previous->next = watch->next;
    else
        store->watches = watch->next;
    pthread_mutex_unlock(&store->lock);
    if (watch->descriptor >= 0)
        close(watch->descriptor);
    free(watch->namespace);
    free(watch);
}

int store_watch_descriptor(const struct watch *watch)
{
    return watch->descriptor;
}

/* The lock is held. */
static void watch_quiet(struct watch *watch)
{
    uint64_t count;
    if (watch->signalled && read(watch->descriptor, &count, sizeof count) < 0)
        log_debug("store", "a watch was quiet already");
    watch->signalled = false;
    watch->version = watch->store->version > watch->version ? watch->store->version : watch->version;
}

int store_watch_next(struct watch *watch, struct watch_event *event)
{
    struct store *store = watch->store;
    int outcome = 0;
    pthread_mutex_lock(&store->lock);
    if (watch->position < store_history_first(store->history))
        outcome = -1;
    while (outcome == 0 && watch->position < store_history_end(store->history)) {
        const struct watch_event *change = store_history_at(store->history, watch->position++);
        watch->version = object_version(change->object);
        if (!watch_wants(watch, change->object))
            continue;
        *event = *change;
        object_reference(event->object);
        if (event->previous != NULL)
            object_reference(event->previous);
        outcome = 1;
    }
    if (outcome == 0)
        watch_quiet(watch);
    pthread_mutex_unlock(&store->lock);
    return outcome;
}

uint64_t store_watch_version(const struct watch *watch)
{
    return watch->version;
}

void watch_event_release(struct watch_event *event)
{
    object_release(event->object);
    object_release(event->previous);
    *event = (struct watch_event){0};
}

#include "cluster/api/past_list.h"

#include <stdlib.h>
#include <string.h>

/* One change since the version. */
struct change {
    struct watch_event event;
    size_t order; /* when it came */
};

struct changes {
    struct change *items;
    size_t count;
    size_t capacity;
};

static void changes_release(struct changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        watch_event_release(&changes->items[i].event);
    free(changes->items);
}

static int compare_names(const struct object *left, const struct object *right)
{
    int order = strcmp(object_namespace(left), object_namespace(right));
    return order != 0 ? order : strcmp(object_name(left), object_name(right));
}

static int compare_changes(const void *left, const void *right)
{
    const struct change *first = left, *second = right;
    int order = compare_names(first->event.object, second->event.object);
    return order != 0 ? order : (first->order > second->order) - (first->order < second->order);
}

/* All changes from a version to another one, sorted by object and time. */
static int read_changes(struct store *store, enum resource_id resource, const char *namespace, uint64_t from, uint64_t until,
                        struct changes *changes)
{
    struct watch_event event;
    struct watch *watch = store_watch_open(store, resource, namespace, from);
    int outcome = watch != NULL ? 1 : -1;
    while (outcome > 0 && (outcome = store_watch_next(watch, &event)) > 0) {
        if (object_version(event.object) > until) {
            watch_event_release(&event);
            break;
        }
        if (changes->count == changes->capacity) {
            changes->capacity = changes->capacity == 0 ? 64 : changes->capacity * 2;
            changes->items = memory_resize(changes->items, changes->capacity, sizeof *changes->items);
        }
        changes->items[changes->count] = (struct change){.event = event, .order = changes->count};
        changes->count++;
    }
    store_watch_close(watch);
    if (outcome < 0)
        return -1;
    if (changes->count > 0)
        qsort(changes->items, changes->count, sizeof *changes->items, compare_changes);
    return 0;
}

/* The present with each object that has changed as it was before its first change. */
static void undo(const struct object_list *present, const struct changes *changes, struct object_list *list)
{
    size_t left = 0, right = 0;
    list->objects = memory_allocate(present->count + changes->count + 1, sizeof(struct object *));
    while (left < present->count || right < changes->count) {
        const struct watch_event *event = right < changes->count ? &changes->items[right].event : NULL;
        int order = event == NULL ? -1 : left == present->count ? 1 : compare_names(present->objects[left], event->object);
        struct object *then = order < 0 ? present->objects[left] : event->previous;
        if (then != NULL)
            list->objects[list->count++] = object_reference(then);
        if (order <= 0)
            left++;
        if (order < 0)
            continue;
        const struct object *changed = event->object;
        while (right < changes->count && compare_names(changes->items[right].event.object, changed) == 0)
            right++;
    }
}

int past_list(struct store *store, enum resource_id resource, const char *namespace, uint64_t version, struct object_list *list)
{
    AUTO_OBJECT_LIST struct object_list present = {0};
    __attribute__((cleanup(changes_release))) struct changes changes = {0};
    store_list(store, resource, namespace, &present);
    if (version >= present.version) {
        *list = present;
        present = (struct object_list){0};
        return 0;
    }
    if (version == 0 || read_changes(store, resource, namespace, version, present.version, &changes) < 0)
        return -1;
    *list = (struct object_list){.version = version};
    undo(&present, &changes, list);
    return 0;
}

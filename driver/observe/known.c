#include "driver/observe/known.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

struct known_object {
    char *name;
    cJSON *object;
    uint64_t list; /* in which it was seen last */
};

static int compare(const void *left, const void *right)
{
    return strcmp(((const struct known_object *)left)->name, ((const struct known_object *)right)->name);
}

static void entry_free(void *pointer)
{
    struct known_object *entry = pointer;
    cJSON_Delete(entry->object);
    free(entry->name);
    free(entry);
}

void known_release(struct known *known)
{
    tdestroy(known->tree, entry_free);
    known->tree = NULL;
}

static struct known_object *find(struct known *known, const char *name)
{
    AUTO_FREE char *copy = memory_copy_text(name);
    const struct known_object key = {.name = copy};
    void *node = tfind(&key, &known->tree, compare);
    return node != NULL ? *(struct known_object **)node : NULL;
}

static const char *name_of(const cJSON *object)
{
    return json_text(json_get(object, "metadata", "name"), "");
}

static const char *uid_of(const cJSON *object)
{
    return json_text(json_get(object, "metadata", "uid"), "");
}

cJSON *known_put(struct known *known, cJSON *object_take)
{
    struct known_object *entry = find(known, name_of(object_take));
    cJSON *former = NULL;
    if (entry == NULL) {
        entry = memory_allocate(1, sizeof *entry);
        entry->name = memory_copy_text(name_of(object_take));
        if (tsearch(entry, &known->tree, compare) == NULL)
            abort();
    } else if (strcmp(uid_of(entry->object), uid_of(object_take)) != 0) {
        former = entry->object;
    } else {
        cJSON_Delete(entry->object);
    }
    entry->object = object_take;
    entry->list = known->list;
    return former;
}

void known_remove(struct known *known, const char *name)
{
    struct known_object *entry = find(known, name);
    if (entry == NULL)
        return;
    (void)tdelete(entry, &known->tree, compare);
    entry_free(entry);
}

void known_begin_list(struct known *known)
{
    known->list++;
}

struct stale {
    uint64_t list;
    struct known_object **entries;
    size_t count;
};

static void collect_stale(const void *node, VISIT visit, void *context)
{
    struct known_object *entry = *(struct known_object *const *)node;
    struct stale *stale = context;
    if ((visit != postorder && visit != leaf) || entry->list == stale->list)
        return;
    stale->entries = memory_resize(stale->entries, stale->count + 1, sizeof(struct known_object *));
    stale->entries[stale->count++] = entry;
}

void known_end_list(struct known *known, void (*gone)(void *context, const cJSON *object), void *context)
{
    struct stale stale = {.list = known->list};
    twalk_r(known->tree, collect_stale, &stale);
    for (size_t i = 0; i < stale.count; i++) {
        gone(context, stale.entries[i]->object);
        known_remove(known, stale.entries[i]->name);
    }
    free(stale.entries);
}

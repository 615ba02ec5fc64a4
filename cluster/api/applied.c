#include <stdlib.h>
#include <string.h>

#include "cluster/api/registry_internal.h"
#include "common/memory.h"

/* More than any lab applies; the oldest goes first. */
#define ENTRIES_MAXIMUM 4096

struct applied_entry {
    char *uid;
    char *manager;
    cJSON *applied;
};

struct applied_set {
    struct applied_entry *entries; /* oldest first */
    size_t count;
};

struct applied_set *applied_set_create(void)
{
    return memory_allocate(1, sizeof(struct applied_set));
}

static void remove_entry(struct applied_set *set, size_t index)
{
    struct applied_entry *entry = &set->entries[index];
    free(entry->uid);
    free(entry->manager);
    cJSON_Delete(entry->applied);
    memmove(entry, entry + 1, (set->count - index - 1) * sizeof *entry);
    set->count--;
}

void applied_set_destroy(struct applied_set *set)
{
    while (set->count > 0)
        remove_entry(set, set->count - 1);
    free(set->entries);
    free(set);
}

static size_t find(const struct applied_set *set, const char *uid, const char *manager)
{
    size_t index = 0;
    while (index < set->count && (strcmp(set->entries[index].uid, uid) != 0 || strcmp(set->entries[index].manager, manager) != 0))
        index++;
    return index;
}

const cJSON *applied_find(const struct applied_set *set, const char *uid, const char *manager)
{
    size_t index = find(set, uid, manager);
    return index < set->count ? set->entries[index].applied : NULL;
}

void applied_remember(struct applied_set *set, const char *uid, const char *manager, cJSON *applied_take)
{
    size_t index = find(set, uid, manager);
    if (index < set->count)
        remove_entry(set, index);
    else if (set->count >= ENTRIES_MAXIMUM)
        remove_entry(set, 0);
    set->entries = memory_resize(set->entries, set->count + 1, sizeof *set->entries);
    set->entries[set->count++] =
        (struct applied_entry){.uid = memory_copy_text(uid), .manager = memory_copy_text(manager), .applied = applied_take};
}

void applied_forget(struct applied_set *set, const char *uid)
{
    for (size_t index = set->count; index-- > 0;) {
        if (strcmp(set->entries[index].uid, uid) == 0)
            remove_entry(set, index);
    }
}

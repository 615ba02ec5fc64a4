#include "cluster/api/store_history.h"

#include <stdlib.h>

struct store_history {
    struct watch_event *ring;
    size_t maximum_changes;
    size_t maximum_bytes;
    size_t bytes;
    uint64_t first;
    uint64_t end;
    uint64_t forgotten_version; /* of the newest change that is gone */
};

struct store_history *store_history_create(size_t maximum_changes, size_t maximum_bytes)
{
    struct store_history *history = memory_allocate(1, sizeof *history);
    history->ring = memory_allocate(maximum_changes, sizeof *history->ring);
    history->maximum_changes = maximum_changes;
    history->maximum_bytes = maximum_bytes;
    return history;
}

static size_t change_bytes(const struct watch_event *change)
{
    size_t length;
    object_text(change->object, &length);
    return length;
}

static struct watch_event *slot(const struct store_history *history, uint64_t position)
{
    return &history->ring[position % history->maximum_changes];
}

static void forget_oldest(struct store_history *history)
{
    struct watch_event *oldest = slot(history, history->first);
    history->bytes -= change_bytes(oldest);
    history->forgotten_version = object_version(oldest->object);
    watch_event_release(oldest);
    history->first++;
}

void store_history_destroy(struct store_history *history)
{
    if (history == NULL)
        return;
    while (history->first < history->end)
        forget_oldest(history);
    free(history->ring);
    free(history);
}

void store_history_add(struct store_history *history, const struct watch_event *change)
{
    if (history->end - history->first == history->maximum_changes)
        forget_oldest(history);
    *slot(history, history->end) = *change;
    history->end++;
    history->bytes += change_bytes(change);
    while (history->bytes > history->maximum_bytes && history->end - history->first > 1)
        forget_oldest(history);
}

uint64_t store_history_first(const struct store_history *history)
{
    return history->first;
}

uint64_t store_history_end(const struct store_history *history)
{
    return history->end;
}

const struct watch_event *store_history_at(const struct store_history *history, uint64_t position)
{
    return slot(history, position);
}

int64_t store_history_after(const struct store_history *history, uint64_t version)
{
    if (version < history->forgotten_version)
        return -1;
    uint64_t low = history->first;
    uint64_t high = history->end;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (object_version(slot(history, middle)->object) > version)
            high = middle;
        else
            low = middle + 1;
    }
    return (int64_t)low;
}

#include "driver/load/epochs.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "common/memory.h"

struct epoch {
    int64_t from;
    struct segment *segment;
};

struct epochs {
    struct epoch entries[EPOCHS_MOST]; /* those below count never change */
    atomic_size_t count;
    atomic_bool closed;
};

struct epoch_part {
    const struct epochs *epochs;
    size_t thread, threads;
    bool closed;
    size_t count;
    struct segment *divided[EPOCHS_MOST]; /* of each epoch's segment; of one thread alone they are NULL */
};

struct epochs *epochs_create(void)
{
    return memory_allocate(1, sizeof(struct epochs));
}

void epochs_destroy(struct epochs *epochs)
{
    if (epochs == NULL)
        return;
    for (size_t i = 0; i < atomic_load(&epochs->count); i++)
        segment_destroy(epochs->entries[i].segment);
    free(epochs);
}

int epochs_add(struct epochs *epochs, int64_t from, struct segment *segment_take, struct error *error)
{
    size_t count = atomic_load(&epochs->count);
    bool later = count == 0 || from > epochs->entries[count - 1].from;
    if (!later || count == EPOCHS_MOST) {
        segment_destroy(segment_take);
        return later ? error_set(error, "there may be %d epochs at most", EPOCHS_MOST)
                     : error_set(error, "an epoch begins after the one before");
    }
    epochs->entries[count] = (struct epoch){.from = from, .segment = segment_take};
    atomic_store(&epochs->count, count + 1);
    return 0;
}

void epochs_close(struct epochs *epochs)
{
    atomic_store(&epochs->closed, true);
}

struct epoch_part *epoch_part_create(const struct epochs *epochs, size_t thread, size_t threads)
{
    struct epoch_part *part = memory_allocate(1, sizeof *part);
    part->epochs = epochs;
    part->thread = thread;
    part->threads = threads;
    (void)epoch_part_refresh(part);
    return part;
}

void epoch_part_destroy(struct epoch_part *part)
{
    if (part == NULL)
        return;
    for (size_t i = 0; i < part->count; i++)
        segment_destroy(part->divided[i]);
    free(part);
}

bool epoch_part_refresh(struct epoch_part *part)
{
    bool closed = atomic_load(&part->epochs->closed);
    size_t count = atomic_load(&part->epochs->count);
    if (closed == part->closed && count == part->count)
        return false;
    for (; part->count < count; part->count++)
        if (part->threads > 1)
            part->divided[part->count] = segment_divide(part->epochs->entries[part->count].segment, part->thread, part->threads);
    part->closed = closed;
    return true;
}

bool epoch_part_may_change(const struct epoch_part *part)
{
    return !part->closed;
}

/* How many epochs have begun at a moment. They are few, and the last ones are asked for most. */
static size_t begun(const struct epoch_part *part, int64_t moment)
{
    size_t count = part->count;
    while (count > 0 && part->epochs->entries[count - 1].from > moment)
        count--;
    return count;
}

bool epoch_part_at(const struct epoch_part *part, int64_t moment, const struct segment **segment)
{
    size_t count = begun(part, moment);
    if (count == 0)
        return false;
    *segment = part->threads > 1 ? part->divided[count - 1] : part->epochs->entries[count - 1].segment;
    return true;
}

int64_t epoch_part_next(const struct epoch_part *part, int64_t moment)
{
    size_t count = begun(part, moment);
    return count < part->count ? part->epochs->entries[count].from : INT64_MAX;
}

bool epoch_part_is_over(const struct epoch_part *part, int64_t moment)
{
    const struct segment *segment = NULL;
    size_t count = begun(part, moment);
    return part->closed && count == part->count && (!epoch_part_at(part, moment, &segment) || segment_is_empty(segment));
}

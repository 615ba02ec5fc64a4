#include "driver/fleet/merge.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"

struct part_share {
    int64_t from;
    double share;
};

struct part {
    bool ended;
    int64_t latest; /* last second of any load's tick; -1 = none */
    size_t share_count;
    struct part_share *shares;
    struct merge_told *told; /* one a load */
    size_t waiting_count, waiting_capacity;
    struct wire_batch *waiting; /* in the order of their coming */
};

struct merge {
    const struct load_spec **specs;
    size_t load_count;
    struct load_sink sink;
    int64_t second; /* handed on last */
    size_t part_count;
    struct part *parts;
};

struct merge *merge_create(const struct load_spec *const *specs, size_t load_count, const struct load_sink *sink)
{
    struct merge *merge = memory_allocate(1, sizeof *merge);
    merge->specs = memory_allocate(load_count, sizeof *merge->specs);
    for (size_t i = 0; i < load_count; i++)
        merge->specs[i] = specs[i];
    merge->load_count = load_count;
    merge->sink = *sink;
    merge->second = -1;
    return merge;
}

void merge_destroy(struct merge *merge)
{
    if (merge == NULL)
        return;
    for (size_t i = 0; i < merge->part_count; i++) {
        struct part *part = &merge->parts[i];
        for (size_t j = 0; j < part->waiting_count; j++)
            wire_batch_release(&part->waiting[j]);
        free(part->waiting);
        free(part->shares);
        free(part->told);
    }
    free(merge->parts);
    free(merge->specs);
    free(merge);
}

size_t merge_add_part(struct merge *merge)
{
    merge->parts = memory_resize(merge->parts, merge->part_count + 1, sizeof *merge->parts);
    struct part *part = &merge->parts[merge->part_count];
    *part = (struct part){.latest = -1, .told = memory_allocate(merge->load_count, sizeof *part->told)};
    return merge->part_count++;
}

void merge_set_share(struct merge *merge, size_t place, int64_t from, double share)
{
    struct part *part = &merge->parts[place];
    part->shares = memory_resize(part->shares, part->share_count + 1, sizeof *part->shares);
    part->shares[part->share_count++] = (struct part_share){.from = from, .share = share};
}

/* In the middle of a second. */
static double share_in(const struct part *part, int64_t second)
{
    int64_t middle = second * NANOSECONDS_PER_SECOND + NANOSECONDS_PER_SECOND / 2;
    double share = 0;
    for (size_t i = 0; i < part->share_count && part->shares[i].from <= middle; i++)
        share = part->shares[i].share;
    return share;
}

static void note_ticks(struct part *part, const struct wire_batch *batch)
{
    for (size_t i = 0; i < batch->tick_count; i++) {
        const struct load_tick *tick = &batch->ticks[i];
        struct merge_told *told = &part->told[batch->load];
        int64_t end = (tick->second + 1) * NANOSECONDS_PER_SECOND;
        told->planned += tick->planned;
        told->until = end > told->until ? end : told->until;
        part->latest = tick->second > part->latest ? tick->second : part->latest;
    }
}

void merge_take(struct merge *merge, size_t place, struct wire_batch *batches, size_t count)
{
    struct part *part = &merge->parts[place];
    for (size_t i = 0; i < count; i++) {
        if (part->waiting_count == part->waiting_capacity) {
            part->waiting_capacity = part->waiting_capacity * 2 + 16;
            part->waiting = memory_resize(part->waiting, part->waiting_capacity, sizeof *part->waiting);
        }
        note_ticks(part, &batches[i]);
        part->waiting[part->waiting_count++] = batches[i];
        batches[i] = (struct wire_batch){0};
    }
}

void merge_end_part(struct merge *merge, size_t place)
{
    merge->parts[place].ended = true;
}

/* A part has told all of a second when it has told something of a later one, or had no share in it yet. */
static bool is_told(const struct part *part, int64_t second)
{
    bool has_begun = part->share_count == 0 || part->shares[0].from < (second + 1) * NANOSECONDS_PER_SECOND;
    return part->ended || part->latest > second || !has_begun;
}

/* How many of a part's waiting batches belong to the second or to those before it: all up to the last one with a tick of it.
 * Rows come before their tick. */
static size_t batches_until(const struct part *part, int64_t second)
{
    size_t until = 0;
    for (size_t i = 0; i < part->waiting_count; i++) {
        const struct wire_batch *batch = &part->waiting[i];
        bool is_later = batch->tick_count > 0 && batch->ticks[0].second > second;
        if (is_later)
            break;
        if (batch->tick_count > 0)
            until = i + 1;
    }
    return until;
}

static void hand_rows(const struct merge *merge, unsigned number, struct wire_batch *batch)
{
    const struct load_spec *spec = merge->specs[batch->load];
    for (size_t i = 0; i < batch->row_count; i++) {
        batch->rows[i].part = number;
        merge->sink.row(merge->sink.context, spec, &batch->rows[i]);
    }
    for (size_t i = 0; i < batch->exemplar_count; i++) {
        batch->exemplars[i].part = number;
        merge->sink.exemplar(merge->sink.context, spec, &batch->exemplars[i]);
    }
}

static void hand_ticks(const struct merge *merge, size_t place, struct wire_batch *batch)
{
    for (size_t i = 0; i < batch->tick_count; i++) {
        struct load_tick *tick = &batch->ticks[i];
        tick->part = (unsigned)place + 1;
        tick->target_rate *= share_in(&merge->parts[place], tick->second);
        merge->sink.tick(merge->sink.context, merge->specs[batch->load], tick);
    }
}

/* What was due of a part that tells no more is still due: the target stays, with nothing sent. */
static void hand_missing(const struct merge *merge, size_t place, int64_t second)
{
    double share = share_in(&merge->parts[place], second);
    int64_t middle = second * NANOSECONDS_PER_SECOND + NANOSECONDS_PER_SECOND / 2;
    for (size_t i = 0; i < merge->load_count && merge->parts[place].latest < second; i++) {
        const struct load_spec *spec = merge->specs[i];
        struct load_tick tick = {.part = (unsigned)place + 1, .second = second};
        if (!load_executor_is_closed(spec->executor))
            tick.target_rate = share * load_spec_rate_at(spec, middle);
        (void)snprintf(tick.phase, sizeof tick.phase, "%s", load_spec_phase_at(spec, second));
        if (tick.target_rate > 0)
            merge->sink.tick(merge->sink.context, spec, &tick);
    }
}

static void forget(struct part *part, size_t count)
{
    for (size_t i = 0; i < count; i++)
        wire_batch_release(&part->waiting[i]);
    part->waiting_count -= count;
    for (size_t i = 0; i < part->waiting_count; i++)
        part->waiting[i] = part->waiting[i + count];
}

static void hand_on(struct merge *merge, int64_t second)
{
    AUTO_FREE size_t *counts = memory_allocate(merge->part_count, sizeof *counts);
    for (size_t place = 0; place < merge->part_count; place++) {
        struct part *part = &merge->parts[place];
        bool is_last = part->ended && part->latest <= second;
        counts[place] = is_last ? part->waiting_count : batches_until(part, second);
        for (size_t i = 0; i < counts[place]; i++)
            hand_rows(merge, (unsigned)place + 1, &part->waiting[i]);
    }
    for (size_t place = 0; place < merge->part_count; place++) {
        for (size_t i = 0; i < counts[place]; i++)
            hand_ticks(merge, place, &merge->parts[place].waiting[i]);
        if (second > merge->second && merge->parts[place].ended)
            hand_missing(merge, place, second);
        forget(&merge->parts[place], counts[place]);
    }
    merge->second = second;
}

void merge_flush(struct merge *merge)
{
    int64_t latest = -1;
    size_t waiting = 0;
    for (size_t i = 0; i < merge->part_count; i++)
        latest = merge->parts[i].latest > latest ? merge->parts[i].latest : latest;
    for (int64_t second = merge->second + 1; second <= latest; second++) {
        for (size_t i = 0; i < merge->part_count; i++)
            if (!is_told(&merge->parts[i], second))
                return;
        hand_on(merge, second);
    }
    for (size_t i = 0; i < merge->part_count; i++)
        waiting += merge->parts[i].ended ? merge->parts[i].waiting_count : 0;
    if (waiting > 0 && merge->part_count > 0)
        hand_on(merge, merge->second);
}

struct merge_told merge_told(const struct merge *merge, size_t place, size_t load)
{
    return merge->parts[place].told[load];
}

int64_t merge_second(const struct merge *merge)
{
    return merge->second;
}

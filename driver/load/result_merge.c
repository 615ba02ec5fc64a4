#include "driver/load/result_merge.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "driver/load/known_servers.h"

struct result_merge_thread {
    struct result_merge *merge;
    int64_t next; /* the second whose tick it hands over next */
    bool ended;
};

struct result_merge {
    const struct load_spec *spec;
    struct load_sink sink;
    pthread_mutex_t lock;
    size_t thread_count;
    struct result_merge_thread *threads;
    int64_t second; /* of the first tick that is kept; those of the seconds that follow come behind it */
    size_t tick_count, tick_capacity;
    struct load_tick *ticks;
    size_t row_count, row_capacity;
    struct load_row *rows; /* beyond row_count: their histograms are kept to be used again, as those of the ticks */
    int exemplars;         /* handed on since the last tick */
    struct known_servers *servers;
};

struct result_merge *result_merge_create(const struct load_spec *spec, size_t threads, const struct load_sink *sink)
{
    struct result_merge *merge = memory_allocate(1, sizeof *merge);
    merge->spec = spec;
    merge->sink = *sink;
    merge->thread_count = threads;
    merge->threads = memory_allocate(threads, sizeof *merge->threads);
    for (size_t i = 0; i < threads; i++)
        merge->threads[i].merge = merge;
    merge->servers = known_servers_create();
    (void)pthread_mutex_init(&merge->lock, NULL);
    return merge;
}

void result_merge_destroy(struct result_merge *merge)
{
    if (merge == NULL)
        return;
    for (size_t i = 0; i < merge->tick_capacity; i++)
        histogram_release(&merge->ticks[i].lateness);
    for (size_t i = 0; i < merge->row_capacity; i++)
        load_row_release(&merge->rows[i]);
    known_servers_destroy(merge->servers);
    (void)pthread_mutex_destroy(&merge->lock);
    free(merge->ticks);
    free(merge->rows);
    free(merge->threads);
    free(merge);
}

/* The tick of a second that no tick was handed on of yet; what is missing before it is empty. */
static struct load_tick *tick_of(struct result_merge *merge, int64_t second)
{
    size_t place = (size_t)(second - merge->second);
    if (place >= merge->tick_capacity) {
        size_t capacity = place * 2 + 2;
        merge->ticks = memory_resize(merge->ticks, capacity, sizeof *merge->ticks);
        memset(merge->ticks + merge->tick_capacity, 0, (capacity - merge->tick_capacity) * sizeof *merge->ticks);
        merge->tick_capacity = capacity;
    }
    for (; merge->tick_count <= place; merge->tick_count++) {
        struct load_tick *tick = &merge->ticks[merge->tick_count];
        struct histogram lateness = tick->lateness;
        histogram_clear(&lateness);
        *tick = (struct load_tick){.second = merge->second + (int64_t)merge->tick_count, .lateness = lateness};
    }
    return &merge->ticks[place];
}

/* Hands on the rows up to a second. The others move up; nothing that a row holds is copied. */
static void hand_on_rows(struct result_merge *merge, int64_t until)
{
    size_t kept = 0;
    for (size_t i = 0; i < merge->row_count; i++) {
        if (merge->rows[i].second <= until) {
            merge->sink.row(merge->sink.context, merge->spec, &merge->rows[i]);
            continue;
        }
        struct load_row free_place = merge->rows[kept];
        merge->rows[kept++] = merge->rows[i];
        merge->rows[i] = free_place;
    }
    merge->row_count = kept;
}

static void hand_on_tick(struct result_merge *merge)
{
    struct load_tick first = merge->ticks[0];
    hand_on_rows(merge, first.second);
    merge->sink.tick(merge->sink.context, merge->spec, &first);
    memmove(merge->ticks, merge->ticks + 1, --merge->tick_count * sizeof *merge->ticks);
    merge->ticks[merge->tick_count].lateness = first.lateness;
    merge->second++;
    merge->exemplars = 0;
}

/* Hands on what all threads have had. */
static void hand_on(struct result_merge *merge)
{
    bool ended = true;
    int64_t complete = INT64_MAX; /* the first second that is not */
    for (size_t i = 0; i < merge->thread_count; i++) {
        const struct result_merge_thread *thread = &merge->threads[i];
        ended = ended && thread->ended;
        if (!thread->ended && thread->next < complete)
            complete = thread->next;
    }
    while (merge->tick_count > 0 && merge->second < complete)
        hand_on_tick(merge);
    if (ended)
        hand_on_rows(merge, INT64_MAX);
}

static void take_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    (void)spec;
    struct result_merge_thread *thread = context;
    struct result_merge *merge = thread->merge;
    (void)pthread_mutex_lock(&merge->lock);
    struct load_tick *sum = tick_of(merge, tick->second);
    sum->target_rate = tick->target_rate;
    load_tick_merge(sum, tick);
    thread->next = tick->second + 1;
    hand_on(merge);
    (void)pthread_mutex_unlock(&merge->lock);
}

static struct load_row *row_of(struct result_merge *merge, const struct load_row *row)
{
    for (size_t i = 0; i < merge->row_count; i++)
        if (load_row_matches(&merge->rows[i], row))
            return &merge->rows[i];
    if (merge->row_count == merge->row_capacity) {
        size_t capacity = merge->row_capacity * 2 + 16;
        merge->rows = memory_resize(merge->rows, capacity, sizeof *merge->rows);
        memset(merge->rows + merge->row_capacity, 0, (capacity - merge->row_capacity) * sizeof *merge->rows);
        merge->row_capacity = capacity;
    }
    struct load_row *empty = &merge->rows[merge->row_count++];
    load_row_begin(empty, row);
    return empty;
}

static void take_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    (void)spec;
    struct result_merge *merge = ((struct result_merge_thread *)context)->merge;
    (void)pthread_mutex_lock(&merge->lock);
    load_row_merge(row_of(merge, row), row);
    (void)pthread_mutex_unlock(&merge->lock);
}

/* Each thread keeps as many as a load may: here they are as many as of one. */
static bool is_wanted(struct result_merge *merge, const struct load_exemplar *exemplar)
{
    struct known_server *known = known_servers_find(merge->servers, exemplar->server);
    bool first = known != NULL && known->answers < LOAD_FIRST_ANSWERS;
    if (first && exemplar->outcome == OUTCOME_OK)
        known->answers++;
    return (first || exemplar->reason != EXEMPLAR_FIRST) && merge->exemplars++ < LOAD_MOST_EXEMPLARS;
}

static void take_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    (void)spec;
    struct result_merge *merge = ((struct result_merge_thread *)context)->merge;
    (void)pthread_mutex_lock(&merge->lock);
    if (is_wanted(merge, exemplar))
        merge->sink.exemplar(merge->sink.context, merge->spec, exemplar);
    (void)pthread_mutex_unlock(&merge->lock);
}

struct load_sink result_merge_sink(struct result_merge *merge, size_t thread)
{
    return (struct load_sink){.context = &merge->threads[thread], .tick = take_tick, .row = take_row, .exemplar = take_exemplar};
}

void result_merge_end(struct result_merge *merge, size_t thread)
{
    (void)pthread_mutex_lock(&merge->lock);
    merge->threads[thread].ended = true;
    hand_on(merge);
    (void)pthread_mutex_unlock(&merge->lock);
}

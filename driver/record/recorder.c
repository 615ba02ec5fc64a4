#include "driver/record/recorder.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/memory.h"

#define QUEUE_MAXIMUM 200000

enum item_kind { ITEM_TICK, ITEM_ROW, ITEM_EXEMPLAR, ITEM_SHARE, ITEM_GENERATOR, ITEM_CHANGE };

struct item {
    enum item_kind kind;
    const char *load; /* belongs to the load's spec */
    union {
        struct load_tick tick;
        struct load_row row;
        struct load_exemplar exemplar;
        struct load_share share;
        struct load_generator *generator;
        struct {
            int64_t arrival;
            enum change_type type;
            char *resource;
            char *name;
            cJSON *object;
            char *text;
        } change;
    };
};

struct queue {
    struct item *items;
    size_t count, capacity;
};

struct recorder {
    struct run_store *store;
    pthread_mutex_t lock; /* queue, live, failure, flags */
    pthread_cond_t wake;
    struct queue queue;
    uint64_t refused;
    struct live_state *live;
    struct error failure;
    bool failed, stopping, running;
    int64_t start;
    pthread_t thread;
};

struct recorder *recorder_create(struct run_store *store, const char *hpa, int64_t spike_over)
{
    struct recorder *recorder = memory_allocate(1, sizeof *recorder);
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&recorder->lock, NULL);
    (void)pthread_cond_init(&recorder->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    recorder->store = store;
    recorder->live = live_state_create(hpa, spike_over);
    return recorder;
}

static void item_release(struct item *item)
{
    switch (item->kind) {
    case ITEM_TICK:
        histogram_release(&item->tick.lateness);
        break;
    case ITEM_ROW:
        histogram_release(&item->row.response);
        histogram_release(&item->row.service);
        break;
    case ITEM_EXEMPLAR:
    case ITEM_SHARE:
        break;
    case ITEM_GENERATOR:
        free(item->generator);
        break;
    case ITEM_CHANGE:
        free(item->change.resource);
        free(item->change.name);
        free(item->change.text);
        cJSON_Delete(item->change.object);
        break;
    }
}

static void queue_release(struct queue *queue)
{
    for (size_t i = 0; i < queue->count; i++)
        item_release(&queue->items[i]);
    free(queue->items);
    *queue = (struct queue){0};
}

void recorder_destroy(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    if (recorder->running)
        (void)recorder_finish(recorder, "aborted", NULL);
    queue_release(&recorder->queue);
    live_state_destroy(recorder->live);
    (void)pthread_cond_destroy(&recorder->wake);
    (void)pthread_mutex_destroy(&recorder->lock);
    free(recorder);
}

/* With the lock held. Takes what item owns. */
static void push(struct recorder *recorder, struct item *item)
{
    struct queue *queue = &recorder->queue;
    if (queue->count >= QUEUE_MAXIMUM) {
        recorder->refused++;
        item_release(item);
        return;
    }
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity * 2 + 64;
        queue->items = memory_resize(queue->items, queue->capacity, sizeof *queue->items);
    }
    queue->items[queue->count++] = *item;
}

void recorder_change(void *context, const struct change *change)
{
    struct recorder *recorder = context;
    struct item item = {
        .kind = ITEM_CHANGE,
        .change = {.arrival = change->arrival,
                   .type = change->type,
                   .resource = memory_copy_text(change->resource),
                   .name = memory_copy_text(change->name),
                   .object = json_copy(change->object),
                   .text = memory_copy_text(change->text)},
    };
    (void)pthread_mutex_lock(&recorder->lock);
    live_state_change(recorder->live, change);
    push(recorder, &item);
    (void)pthread_mutex_unlock(&recorder->lock);
}

static struct histogram histogram_copy(const struct histogram *histogram)
{
    struct histogram copy = {0};
    histogram_merge(&copy, histogram);
    return copy;
}

static void on_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    struct recorder *recorder = context;
    struct item item = {.kind = ITEM_TICK, .load = spec->name, .tick = *tick};
    item.tick.lateness = histogram_copy(&tick->lateness);
    (void)pthread_mutex_lock(&recorder->lock);
    live_state_tick(recorder->live, tick);
    push(recorder, &item);
    (void)pthread_mutex_unlock(&recorder->lock);
}

static void on_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    struct recorder *recorder = context;
    struct item item = {.kind = ITEM_ROW, .load = spec->name, .row = *row};
    item.row.response = histogram_copy(&row->response);
    item.row.service = histogram_copy(&row->service);
    (void)pthread_mutex_lock(&recorder->lock);
    live_state_row(recorder->live, row);
    push(recorder, &item);
    (void)pthread_mutex_unlock(&recorder->lock);
}

static void on_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    struct recorder *recorder = context;
    struct item item = {.kind = ITEM_EXEMPLAR, .load = spec->name, .exemplar = *exemplar};
    (void)pthread_mutex_lock(&recorder->lock);
    live_state_exemplar(recorder->live, exemplar);
    push(recorder, &item);
    (void)pthread_mutex_unlock(&recorder->lock);
}

static void on_share(void *context, const struct load_spec *spec, const struct load_share *share)
{
    struct recorder *recorder = context;
    struct item item = {.kind = ITEM_SHARE, .load = spec->name, .share = *share};
    (void)pthread_mutex_lock(&recorder->lock);
    live_state_share(recorder->live, spec, share);
    push(recorder, &item);
    (void)pthread_mutex_unlock(&recorder->lock);
}

void recorder_generator(void *context, const struct load_generator *generator)
{
    struct recorder *recorder = context;
    struct item item = {.kind = ITEM_GENERATOR, .load = "", .generator = memory_allocate(1, sizeof *generator)};
    *item.generator = *generator;
    (void)pthread_mutex_lock(&recorder->lock);
    live_state_generator(recorder->live, generator);
    push(recorder, &item);
    (void)pthread_mutex_unlock(&recorder->lock);
}

struct load_sink recorder_load_sink(struct recorder *recorder)
{
    return (struct load_sink){.context = recorder, .tick = on_tick, .row = on_row, .exemplar = on_exemplar, .share = on_share};
}

static int write_change(struct recorder *recorder, const struct item *item, struct error *error)
{
    struct change change = {
        .arrival = item->change.arrival,
        .type = item->change.type,
        .resource = item->change.resource,
        .name = item->change.name,
        .object = item->change.object,
        .text = item->change.text,
    };
    return run_store_add_change(recorder->store, change.arrival - recorder->start, &change, error);
}

static int write_item(struct recorder *recorder, const struct item *item, struct error *error)
{
    switch (item->kind) {
    case ITEM_TICK:
        return run_store_add_tick(recorder->store, item->load, &item->tick, error);
    case ITEM_ROW:
        return run_store_add_row(recorder->store, item->load, &item->row, error);
    case ITEM_EXEMPLAR:
        return run_store_add_exemplar(recorder->store, item->load, &item->exemplar, error);
    case ITEM_SHARE:
        return run_store_add_share(recorder->store, item->load, &item->share, error);
    case ITEM_GENERATOR:
        return run_store_add_generator(recorder->store, item->generator, error);
    case ITEM_CHANGE:
        return write_change(recorder, item, error);
    }
    return 0;
}

static int write_queue(struct recorder *recorder, struct queue *queue, struct error *error)
{
    int result = 0;
    for (size_t i = 0; i < queue->count && result == 0; i++)
        result = write_item(recorder, &queue->items[i], error);
    queue_release(queue);
    return result < 0 ? -1 : run_store_commit(recorder->store, error);
}

/* With the lock held: waits a second, less when stopping. */
static void wait_a_second(struct recorder *recorder)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 1;
    while (!recorder->stopping && pthread_cond_timedwait(&recorder->wake, &recorder->lock, &until) == 0)
        ;
}

static void *run(void *context)
{
    struct recorder *recorder = context;
    bool last = false;
    (void)pthread_mutex_lock(&recorder->lock);
    while (!last) {
        wait_a_second(recorder);
        last = recorder->stopping;
        struct queue queue = recorder->queue;
        recorder->queue = (struct queue){0};
        (void)pthread_mutex_unlock(&recorder->lock);
        struct error failure = ERROR_NONE;
        int result = write_queue(recorder, &queue, &failure);
        (void)pthread_mutex_lock(&recorder->lock);
        if (result < 0 && !recorder->failed) {
            recorder->failed = true;
            recorder->failure = failure;
        }
    }
    (void)pthread_mutex_unlock(&recorder->lock);
    return NULL;
}

int recorder_begin(struct recorder *recorder, const struct variant_description *description, int64_t start_monotonic,
                   struct error *error)
{
    if (run_store_begin_variant(recorder->store, description, error) < 0 || run_store_commit(recorder->store, error) < 0)
        return -1;
    recorder->start = start_monotonic;
    int code = pthread_create(&recorder->thread, NULL, run, recorder);
    if (code != 0)
        return error_set(error, "cannot start the recorder: %s", strerror(code));
    recorder->running = true;
    return 0;
}

struct live_view recorder_view(struct recorder *recorder)
{
    (void)pthread_mutex_lock(&recorder->lock);
    struct live_view view = live_state_view(recorder->live);
    (void)pthread_mutex_unlock(&recorder->lock);
    return view;
}

int recorder_failure(struct recorder *recorder, struct error *error)
{
    (void)pthread_mutex_lock(&recorder->lock);
    bool failed = recorder->failed;
    if (failed && error != NULL)
        *error = recorder->failure;
    (void)pthread_mutex_unlock(&recorder->lock);
    return failed ? -1 : 0;
}

int recorder_finish(struct recorder *recorder, const char *outcome, struct error *error)
{
    if (!recorder->running)
        return 0;
    (void)pthread_mutex_lock(&recorder->lock);
    recorder->stopping = true;
    (void)pthread_cond_signal(&recorder->wake);
    (void)pthread_mutex_unlock(&recorder->lock);
    (void)pthread_join(recorder->thread, NULL);
    recorder->running = false;
    if (recorder->refused > 0) {
        AUTO_FREE char *note =
            memory_format("the disk could not keep up: %llu records were left out", (unsigned long long)recorder->refused);
        (void)run_store_add_note(recorder->store, note, NULL);
    }
    if (recorder_failure(recorder, error) < 0)
        return -1;
    if (run_store_end_variant(recorder->store, outcome, error) < 0)
        return -1;
    return run_store_commit(recorder->store, error);
}

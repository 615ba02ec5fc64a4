#include "driver/generator/result_queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "driver/wire/wire_plan.h"

#define MOST_RAW 1024             /* batches that wait to be made texts of; beyond them they are lost */
#define MOST_TEXTS 100000         /* batches */
#define ANSWER_HEAD ((size_t)512) /* bytes that an answer has besides its batches */

/* What one load has handed over since its last tick. */
struct begun {
    struct result_queue *queue;
    struct wire_batch batch;
    size_t tick_room, row_room, exemplar_room;
};

struct text {
    char *data;
    size_t length;
};

struct result_queue {
    pthread_mutex_t lock;
    size_t load_count;
    struct begun *begun;
    size_t raw_count;
    struct wire_batch raw[MOST_RAW];
    size_t maximum, kept; /* bytes of texts */
    uint64_t first;       /* number of the first text that is kept */
    size_t text_count, text_room;
    struct text *texts;
    uint64_t lost;
    bool ended;
};

struct result_queue *result_queue_create(size_t load_count, size_t maximum)
{
    struct result_queue *queue = memory_allocate(1, sizeof *queue);
    (void)pthread_mutex_init(&queue->lock, NULL);
    queue->load_count = load_count;
    queue->maximum = maximum;
    queue->begun = memory_allocate(load_count, sizeof *queue->begun);
    for (size_t i = 0; i < load_count; i++)
        queue->begun[i] = (struct begun){.queue = queue, .batch = {.load = i}};
    return queue;
}

void result_queue_destroy(struct result_queue *queue)
{
    if (queue == NULL)
        return;
    for (size_t i = 0; i < queue->load_count; i++)
        wire_batch_release(&queue->begun[i].batch);
    for (size_t i = 0; i < queue->raw_count; i++)
        wire_batch_release(&queue->raw[i]);
    for (size_t i = 0; i < queue->text_count; i++)
        free(queue->texts[i].data);
    free(queue->begun);
    free(queue->texts);
    (void)pthread_mutex_destroy(&queue->lock);
    free(queue);
}

/* Room for one more of count; the list's new place. */
static void *grow(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    *room = *room * 2 + 8;
    return memory_resize(list, *room, size);
}

static void end_batch(struct begun *begun)
{
    struct result_queue *queue = begun->queue;
    if (queue->raw_count < MOST_RAW) {
        queue->raw[queue->raw_count++] = begun->batch;
    } else {
        wire_batch_release(&begun->batch);
        queue->lost++;
    }
    *begun = (struct begun){.queue = queue, .batch = {.load = (size_t)(begun - queue->begun)}};
}

static void end_when_full(struct begun *begun)
{
    if (begun->batch.row_count == WIRE_BATCH_MOST || begun->batch.exemplar_count == WIRE_BATCH_MOST)
        end_batch(begun);
}

static struct histogram copy_histogram(const struct histogram *histogram)
{
    struct histogram copy = {0};
    histogram_merge(&copy, histogram);
    return copy;
}

static void see_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    struct begun *begun = context;
    (void)spec;
    struct load_tick copy = *tick;
    copy.lateness = copy_histogram(&tick->lateness);
    (void)pthread_mutex_lock(&begun->queue->lock);
    struct wire_batch *batch = &begun->batch;
    batch->ticks = grow(batch->ticks, batch->tick_count, &begun->tick_room, sizeof *batch->ticks);
    batch->ticks[batch->tick_count++] = copy;
    end_batch(begun);
    (void)pthread_mutex_unlock(&begun->queue->lock);
}

static void see_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    struct begun *begun = context;
    (void)spec;
    struct load_row copy = *row;
    copy.response = copy_histogram(&row->response);
    copy.service = copy_histogram(&row->service);
    (void)pthread_mutex_lock(&begun->queue->lock);
    struct wire_batch *batch = &begun->batch;
    batch->rows = grow(batch->rows, batch->row_count, &begun->row_room, sizeof *batch->rows);
    batch->rows[batch->row_count++] = copy;
    end_when_full(begun);
    (void)pthread_mutex_unlock(&begun->queue->lock);
}

static void see_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    struct begun *begun = context;
    (void)spec;
    (void)pthread_mutex_lock(&begun->queue->lock);
    struct wire_batch *batch = &begun->batch;
    batch->exemplars = grow(batch->exemplars, batch->exemplar_count, &begun->exemplar_room, sizeof *batch->exemplars);
    batch->exemplars[batch->exemplar_count++] = *exemplar;
    end_when_full(begun);
    (void)pthread_mutex_unlock(&begun->queue->lock);
}

struct load_sink result_queue_sink(struct result_queue *queue, size_t load)
{
    return (struct load_sink){.context = &queue->begun[load], .tick = see_tick, .row = see_row, .exemplar = see_exemplar};
}

/* Forgets the first count texts. */
static void forget(struct result_queue *queue, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        queue->kept -= queue->texts[i].length;
        free(queue->texts[i].data);
    }
    queue->text_count -= count;
    queue->first += count;
    if (count > 0)
        memmove(queue->texts, queue->texts + count, queue->text_count * sizeof *queue->texts);
}

static void keep(struct result_queue *queue, struct buffer *text)
{
    (void)pthread_mutex_lock(&queue->lock);
    queue->texts = grow(queue->texts, queue->text_count, &queue->text_room, sizeof *queue->texts);
    size_t length = text->length;
    queue->texts[queue->text_count++] = (struct text){.data = buffer_steal(text), .length = length};
    queue->kept += length;
    size_t dropped = 0;
    size_t left = queue->kept;
    while (dropped + 1 < queue->text_count && (left > queue->maximum || queue->text_count - dropped > MOST_TEXTS))
        left -= queue->texts[dropped++].length;
    queue->lost += dropped;
    forget(queue, dropped);
    (void)pthread_mutex_unlock(&queue->lock);
}

/* Parts a batch in two, of which nothing is copied; the tick goes with the second. False: it is a single result. */
static bool part_batch(const struct wire_batch *batch, struct wire_batch *first, struct wire_batch *second)
{
    *first = *second = *batch;
    if (batch->tick_count > 0 && batch->row_count + batch->exemplar_count > 0) {
        first->tick_count = 0;
        second->row_count = second->exemplar_count = 0;
        return true;
    }
    if (batch->row_count + batch->exemplar_count < 2)
        return false;
    first->row_count = batch->row_count / 2;
    first->exemplar_count = batch->exemplar_count - batch->exemplar_count / 2;
    second->rows += first->row_count;
    second->row_count -= first->row_count;
    second->exemplars += first->exemplar_count;
    second->exemplar_count -= first->exemplar_count;
    return true;
}

/* The numbers are given here: one thread makes texts. A batch that is too long becomes two. */
static void encode(struct result_queue *queue, struct wire_batch *batch)
{
    struct wire_batch first;
    struct wire_batch second;
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, WIRE_BATCH_MAXIMUM);
    batch->sequence = result_queue_next(queue);
    if (wire_batch_write(batch, &text) == 0) {
        keep(queue, &text);
    } else if (part_batch(batch, &first, &second)) {
        buffer_release(&text);
        encode(queue, &first);
        encode(queue, &second);
    }
}

/* The caller frees the list and releases what is in it; NULL = there is nothing. */
static struct wire_batch *take_raw(struct result_queue *queue, bool ended, size_t *count)
{
    struct wire_batch *raw = NULL;
    (void)pthread_mutex_lock(&queue->lock);
    for (size_t i = 0; ended && i < queue->load_count; i++)
        if (queue->begun[i].batch.row_count + queue->begun[i].batch.exemplar_count > 0)
            end_batch(&queue->begun[i]);
    *count = queue->raw_count;
    if (*count > 0) {
        raw = memory_allocate(*count, sizeof *raw);
        memcpy(raw, queue->raw, *count * sizeof *raw);
    }
    queue->raw_count = 0;
    (void)pthread_mutex_unlock(&queue->lock);
    return raw;
}

void result_queue_encode(struct result_queue *queue, bool ended)
{
    size_t count = 0;
    AUTO_FREE struct wire_batch *raw = take_raw(queue, ended, &count);
    for (size_t i = 0; i < count; i++) {
        encode(queue, &raw[i]);
        wire_batch_release(&raw[i]);
    }
    if (!ended)
        return;
    (void)pthread_mutex_lock(&queue->lock);
    queue->ended = true;
    (void)pthread_mutex_unlock(&queue->lock);
}

int result_queue_answer(struct result_queue *queue, uint64_t since, unsigned part, struct buffer *text, bool *complete,
                        struct error *error)
{
    (void)pthread_mutex_lock(&queue->lock);
    uint64_t made = queue->first + queue->text_count;
    if (since > made) {
        (void)pthread_mutex_unlock(&queue->lock);
        return error_set(error, "since: expected at most %llu, which comes next", (unsigned long long)made);
    }
    if (since > queue->first)
        forget(queue, (size_t)(since - queue->first));
    AUTO_FREE const char **batches = memory_allocate(queue->text_count + 1, sizeof *batches);
    size_t count = 0;
    for (size_t length = ANSWER_HEAD; count < queue->text_count; count++) {
        length += queue->texts[count].length + 1;
        if (length > WIRE_RESULTS_MAXIMUM)
            break;
        batches[count] = queue->texts[count].data;
    }
    const struct wire_results results = {.part = part,
                                         .next = queue->first + count,
                                         .lost = queue->lost,
                                         .more = count < queue->text_count,
                                         .complete = queue->ended && count == queue->text_count};
    (void)wire_results_write(&results, batches, count, text);
    *complete = results.complete;
    (void)pthread_mutex_unlock(&queue->lock);
    return 0;
}

uint64_t result_queue_next(struct result_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    uint64_t next = queue->first + queue->text_count;
    (void)pthread_mutex_unlock(&queue->lock);
    return next;
}

uint64_t result_queue_lost(struct result_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    uint64_t lost = queue->lost;
    (void)pthread_mutex_unlock(&queue->lock);
    return lost;
}

bool result_queue_is_fetched(struct result_queue *queue)
{
    (void)pthread_mutex_lock(&queue->lock);
    bool fetched = queue->ended && queue->text_count == 0;
    (void)pthread_mutex_unlock(&queue->lock);
    return fetched;
}

#include "cluster/controllers/queue.h"

#include <stdbool.h>
#include <stdlib.h>

#include "cluster/controllers/table.h"
#include "common/memory.h"

#define NOT_QUEUED SIZE_MAX

struct item {
    char *key;
    int64_t due;
    uint64_t order; /* keeps keys that are due at the same time in the order of their arrival */
    unsigned failures;
    size_t place; /* in the heap, or NOT_QUEUED */
};

struct queue {
    struct table *items;
    struct item **heap; /* the root is due first */
    size_t count;
    size_t capacity;
    uint64_t order;
};

struct queue *queue_create(void)
{
    struct queue *queue = memory_allocate(1, sizeof *queue);
    queue->items = table_create();
    return queue;
}

static void destroy_item(struct item *item)
{
    free(item->key);
    free(item);
}

static void visit_destroy(const char *key, void *value, void *context)
{
    (void)key;
    (void)context;
    destroy_item(value);
}

void queue_destroy(struct queue *queue)
{
    if (queue == NULL)
        return;
    table_visit(queue->items, visit_destroy, NULL);
    table_destroy(queue->items);
    free(queue->heap);
    free(queue);
}

static bool is_before(const struct item *left, const struct item *right)
{
    return left->due != right->due ? left->due < right->due : left->order < right->order;
}

static void put(struct queue *queue, size_t place, struct item *item)
{
    queue->heap[place] = item;
    item->place = place;
}

static void sift_up(struct queue *queue, struct item *item)
{
    size_t place = item->place;
    while (place > 0 && is_before(item, queue->heap[(place - 1) / 2])) {
        put(queue, place, queue->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(queue, place, item);
}

static void sift_down(struct queue *queue, struct item *item)
{
    size_t place = item->place;
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= queue->count)
            break;
        if (child + 1 < queue->count && is_before(queue->heap[child + 1], queue->heap[child]))
            child++;
        if (!is_before(queue->heap[child], item))
            break;
        put(queue, place, queue->heap[child]);
        place = child;
    }
    put(queue, place, item);
}

static struct item *item_of(struct queue *queue, const char *key)
{
    struct item *item = table_find(queue->items, key);
    if (item == NULL) {
        item = memory_allocate(1, sizeof *item);
        item->key = memory_copy_text(key);
        item->place = NOT_QUEUED;
        table_set(queue->items, key, item);
    }
    return item;
}

void queue_add(struct queue *queue, const char *key, int64_t due)
{
    struct item *item = item_of(queue, key);
    if (item->place != NOT_QUEUED) {
        if (due < item->due) {
            item->due = due;
            sift_up(queue, item);
        }
        return;
    }
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity == 0 ? 64 : queue->capacity * 2;
        queue->heap = memory_resize(queue->heap, queue->capacity, sizeof(struct item *));
    }
    item->due = due;
    item->order = queue->order++;
    item->place = queue->count++;
    sift_up(queue, item);
}

void queue_add_failed(struct queue *queue, const char *key, int64_t now)
{
    struct item *item = item_of(queue, key);
    int64_t wait = QUEUE_BACK_OFF_BASE;
    for (unsigned i = 0; i < item->failures && wait < QUEUE_BACK_OFF_MAXIMUM; i++)
        wait *= 2;
    item->failures++;
    queue_add(queue, key, now + (wait < QUEUE_BACK_OFF_MAXIMUM ? wait : QUEUE_BACK_OFF_MAXIMUM));
}

static void drop_when_idle(struct queue *queue, struct item *item)
{
    if (item->place != NOT_QUEUED || item->failures != 0)
        return;
    (void)table_remove(queue->items, item->key);
    destroy_item(item);
}

void queue_forget(struct queue *queue, const char *key)
{
    struct item *item = table_find(queue->items, key);
    if (item == NULL)
        return;
    item->failures = 0;
    drop_when_idle(queue, item);
}

char *queue_take(struct queue *queue, int64_t now)
{
    if (queue->count == 0 || queue->heap[0]->due > now)
        return NULL;
    struct item *item = queue->heap[0];
    struct item *last = queue->heap[--queue->count];
    if (last != item) {
        last->place = 0;
        sift_down(queue, last);
    }
    item->place = NOT_QUEUED;
    char *key = memory_copy_text(item->key);
    drop_when_idle(queue, item);
    return key;
}

int64_t queue_next_due(const struct queue *queue)
{
    return queue->count == 0 ? INT64_MAX : queue->heap[0]->due;
}

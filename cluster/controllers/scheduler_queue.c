#include "cluster/controllers/scheduler_queue.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/table.h"
#include "common/memory.h"

struct waiting {
    char *key;
    int64_t priority;
    uint64_t turn;
};

/* A binary heap, and the keys that are in it. */
struct scheduling_queue {
    struct waiting *heap;
    size_t count, capacity;
    uint64_t turns;
    struct table *keys;
};

struct scheduling_queue *scheduling_queue_create(void)
{
    struct scheduling_queue *queue = memory_allocate(1, sizeof *queue);
    queue->keys = table_create();
    return queue;
}

void scheduling_queue_destroy(struct scheduling_queue *queue)
{
    for (size_t i = 0; i < queue->count; i++)
        free(queue->heap[i].key);
    free(queue->heap);
    table_destroy(queue->keys);
    free(queue);
}

static bool comes_first(const struct waiting *left, const struct waiting *right)
{
    return left->priority != right->priority ? left->priority > right->priority : left->turn < right->turn;
}

static void swap(struct waiting *left, struct waiting *right)
{
    const struct waiting kept = *left;
    *left = *right;
    *right = kept;
}

void scheduling_queue_add(struct scheduling_queue *queue, const char *key, int64_t priority)
{
    if (table_find(queue->keys, key) != NULL)
        return;
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity == 0 ? 16 : queue->capacity * 2;
        queue->heap = memory_resize(queue->heap, queue->capacity, sizeof *queue->heap);
    }
    size_t at = queue->count++;
    queue->heap[at] = (struct waiting){.key = memory_copy_text(key), .priority = priority, .turn = queue->turns++};
    table_set(queue->keys, key, queue);
    for (size_t above = (at - 1) / 2; at > 0 && comes_first(&queue->heap[at], &queue->heap[above]); above = (at - 1) / 2) {
        swap(&queue->heap[at], &queue->heap[above]);
        at = above;
    }
}

char *scheduling_queue_take(struct scheduling_queue *queue)
{
    if (queue->count == 0)
        return NULL;
    char *key = queue->heap[0].key;
    queue->heap[0] = queue->heap[--queue->count];
    for (size_t at = 0, next; (next = 2 * at + 1) < queue->count; at = next) {
        if (next + 1 < queue->count && comes_first(&queue->heap[next + 1], &queue->heap[next]))
            next++;
        if (!comes_first(&queue->heap[next], &queue->heap[at]))
            break;
        swap(&queue->heap[next], &queue->heap[at]);
    }
    (void)table_remove(queue->keys, key);
    return key;
}

bool scheduling_queue_is_empty(const struct scheduling_queue *queue)
{
    return queue->count == 0;
}

#include "driver/load/turns.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/memory.h"

void turns_init(struct turns *turns, size_t capacity)
{
    *turns = (struct turns){.capacity = capacity, .heap = memory_allocate(capacity, sizeof *turns->heap)};
}

void turns_release(struct turns *turns)
{
    free(turns->heap);
    *turns = (struct turns){0};
}

static bool is_before(const struct turn *left, const struct turn *right)
{
    return left->at < right->at || (left->at == right->at && left->order < right->order);
}

void turns_push(struct turns *turns, uint32_t vu, int64_t at)
{
    struct turn turn = {.at = at, .order = turns->pushed++, .vu = vu};
    size_t place = turns->count++;
    for (; place > 0 && is_before(&turn, &turns->heap[(place - 1) / 2]); place = (place - 1) / 2)
        turns->heap[place] = turns->heap[(place - 1) / 2];
    turns->heap[place] = turn;
}

struct turn turns_pop(struct turns *turns)
{
    struct turn first = turns->heap[0];
    struct turn last = turns->heap[--turns->count];
    size_t place = 0;
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= turns->count)
            break;
        if (child + 1 < turns->count && is_before(&turns->heap[child + 1], &turns->heap[child]))
            child++;
        if (!is_before(&turns->heap[child], &last))
            break;
        turns->heap[place] = turns->heap[child];
        place = child;
    }
    turns->heap[place] = last;
    return first;
}

int64_t turns_next(const struct turns *turns)
{
    return turns->count > 0 ? turns->heap[0].at : INT64_MAX;
}

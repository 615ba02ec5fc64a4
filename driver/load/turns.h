/*
 * The virtual users that wait for their next turn: the earliest comes first, of equals the one that waits longest.
 */
#ifndef DRIVER_LOAD_TURNS_H
#define DRIVER_LOAD_TURNS_H

#include <stddef.h>
#include <stdint.h>

struct turn {
    int64_t at; /* nanoseconds since the load's start */
    uint64_t order;
    uint32_t vu;
};

/* A heap. */
struct turns {
    size_t capacity, count;
    struct turn *heap;
    uint64_t pushed; /* so far */
};

/* Room for so many VUs. */
void turns_init(struct turns *turns, size_t capacity);
void turns_release(struct turns *turns);

void turns_push(struct turns *turns, uint32_t vu, int64_t at);

/* There must be one. */
struct turn turns_pop(struct turns *turns);

/* When the first one is; INT64_MAX when nobody waits. */
int64_t turns_next(const struct turns *turns);

#endif

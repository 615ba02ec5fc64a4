/*
 * Arrays that grow by one: ARRAY_ADD(items, count) makes room and gives the address of the new, zeroed element. The
 * memory doubles at powers of two, so no capacity is kept.
 */
#ifndef DRIVER_ANALYZE_ARRAY_H
#define DRIVER_ANALYZE_ARRAY_H

#include <stddef.h>
#include <string.h>

#include "common/memory.h"

static inline void *array_room(void *items, size_t count, size_t size)
{
    if (items == NULL || (count & (count - 1)) == 0)
        items = memory_resize(items, count == 0 ? 1 : count * 2, size);
    memset((char *)items + count * size, 0, size);
    return items;
}

#define ARRAY_ADD(items, count) ((items) = array_room((items), (count), sizeof *(items)), &(items)[(count)++])

#endif

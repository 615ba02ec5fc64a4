/*
 * Whole numbers in groups of seven bits, the lowest first: the lengths of protobuf and of snappy.
 */
#ifndef DRIVER_REMOTE_WRITE_VARINT_H
#define DRIVER_REMOTE_WRITE_VARINT_H

#include <stdint.h>

#include "common/buffer.h"

static inline void varint_append(struct buffer *output, uint64_t number)
{
    for (; number > 127; number >>= 7)
        (void)buffer_append_character(output, (char)(number | 128));
    (void)buffer_append_character(output, (char)number);
}

#endif

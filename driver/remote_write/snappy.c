#include "driver/remote_write/snappy.h"

#include <stdint.h>

#include "driver/remote_write/varint.h"

#define LONGEST_LITERAL ((size_t)64 * 1024)
#define LITERAL_OF_TWO_BYTES 61 /* in the tag's upper six bits: the length less one follows in two bytes */

void snappy_append(struct buffer *output, const char *bytes, size_t length)
{
    varint_append(output, length);
    while (length > 0) {
        size_t part = length < LONGEST_LITERAL ? length : LONGEST_LITERAL;
        (void)buffer_append_character(output, (char)(LITERAL_OF_TWO_BYTES << 2));
        (void)buffer_append_character(output, (char)((part - 1) & 0xff));
        (void)buffer_append_character(output, (char)((part - 1) >> 8));
        (void)buffer_append(output, bytes, part);
        bytes += part;
        length -= part;
    }
}

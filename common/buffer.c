#include "common/buffer.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define FIRST_CAPACITY 256

void buffer_init(struct buffer *buffer, size_t maximum)
{
    *buffer = (struct buffer){.data = memory_allocate(FIRST_CAPACITY, 1), .capacity = FIRST_CAPACITY, .maximum = maximum};
}

void buffer_release(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->overflowed = false;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

static int reserve(struct buffer *buffer, size_t extra)
{
    if (extra > buffer->maximum || buffer->length > buffer->maximum - extra) {
        buffer->overflowed = true;
        return -1;
    }
    size_t needed = buffer->length + extra + 1;
    if (needed <= buffer->capacity)
        return 0;
    size_t capacity = buffer->capacity > 0 ? buffer->capacity : FIRST_CAPACITY;
    while (capacity < needed)
        capacity = capacity <= SIZE_MAX / 2 ? capacity * 2 : needed;
    buffer->data = memory_resize(buffer->data, capacity, 1);
    buffer->capacity = capacity;
    return 0;
}

int buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    if (reserve(buffer, length) < 0)
        return -1;
    if (length > 0)
        memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
    return 0;
}

int buffer_append_text(struct buffer *buffer, const char *text)
{
    return buffer_append(buffer, text, strlen(text));
}

int buffer_append_character(struct buffer *buffer, char character)
{
    return buffer_append(buffer, &character, 1);
}

int buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    int result = -1;
    if (length >= 0 && reserve(buffer, (size_t)length) == 0) {
        (void)vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
        result = 0;
    }
    va_end(again);
    return result;
}

void buffer_consume(struct buffer *buffer, size_t count)
{
    if (count >= buffer->length) {
        buffer->length = 0;
    } else {
        memmove(buffer->data, buffer->data + count, buffer->length - count);
        buffer->length -= count;
    }
    if (buffer->data != NULL)
        buffer->data[buffer->length] = '\0';
}

char *buffer_steal(struct buffer *buffer)
{
    char *data = buffer->data != NULL ? buffer->data : memory_allocate(1, 1);
    size_t maximum = buffer->maximum;
    *buffer = (struct buffer){.maximum = maximum};
    return data;
}

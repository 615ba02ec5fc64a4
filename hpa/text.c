#include "hpa/text.h"

#include <string.h>

void text_append(struct buffer *buffer, const char *text)
{
    size_t length = strlen(text);
    size_t room = buffer->maximum - buffer->length;
    buffer_append(buffer, text, length < room ? length : room);
}

void text_set(struct buffer *buffer, const char *text)
{
    buffer_clear(buffer);
    text_append(buffer, text);
}

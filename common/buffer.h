/*
 * A growing byte buffer with a maximum. The bytes are always followed by a NUL, so that text can be read as a string.
 *
 * Going over the maximum fails the call, leaves what was there, and marks the buffer: check every call, or append
 * freely and check `overflowed` once at the end.
 */
#ifndef COMMON_BUFFER_H
#define COMMON_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/memory.h"

struct buffer {
    char *data;      /* never NULL after buffer_init; owned by the buffer */
    size_t length;   /* bytes, without the NUL */
    size_t capacity; /* bytes allocated */
    size_t maximum;  /* most bytes that length may reach */
    bool overflowed; /* an append was refused */
};

/* An empty buffer that may grow to maximum bytes. */
void buffer_init(struct buffer *buffer, size_t maximum);

/* Frees the bytes. Harmless on a zeroed struct and when called twice. Fits CLEANUP(). */
void buffer_release(struct buffer *buffer);

/* Forgets the bytes and the mark, keeps the memory. */
void buffer_clear(struct buffer *buffer);

/* 0, or -1 when the maximum would be passed. */
int buffer_append(struct buffer *buffer, const void *bytes, size_t length);
int buffer_append_text(struct buffer *buffer, const char *text);
int buffer_append_character(struct buffer *buffer, char character);
int buffer_append_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Removes count bytes from the front (all of them when there are fewer). */
void buffer_consume(struct buffer *buffer, size_t count);

/* Hands the bytes to the caller, who frees them; the buffer is empty afterwards and can be used on. */
char *buffer_steal(struct buffer *buffer);

#define AUTO_BUFFER CLEANUP(buffer_release)

#endif

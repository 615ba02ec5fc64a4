#include "common/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void end_for_lack_of_memory(void)
{
    static const char text[] = "out of memory\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    abort();
}

void *memory_allocate(size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size > 0 ? size : 1);
    if (memory == NULL)
        end_for_lack_of_memory();
    return memory;
}

void *memory_resize(void *memory, size_t count, size_t size)
{
    size_t total = 0;
    if (__builtin_mul_overflow(count, size, &total))
        end_for_lack_of_memory();
    void *resized = realloc(memory, total > 0 ? total : 1);
    if (resized == NULL)
        end_for_lack_of_memory();
    return resized;
}

char *memory_copy_text(const char *text)
{
    return text == NULL ? NULL : memory_copy_bytes(text, strlen(text));
}

char *memory_copy_bytes(const void *bytes, size_t length)
{
    if (length == SIZE_MAX)
        end_for_lack_of_memory();
    char *copy = memory_allocate(length + 1, 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

char *memory_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0 || text == NULL)
        end_for_lack_of_memory();
    va_end(arguments);
    return text;
}

void memory_wipe_text(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void memory_free_pointer(void *pointer_address)
{
    void *pointer = NULL;
    memcpy(&pointer, pointer_address, sizeof pointer);
    free(pointer);
}

void memory_close_descriptor(const int *descriptor)
{
    if (*descriptor >= 0)
        (void)close(*descriptor);
}

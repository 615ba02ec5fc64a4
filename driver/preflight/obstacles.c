#include "driver/preflight/obstacles.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/memory.h"

void obstacles_release(struct obstacles *obstacles)
{
    for (size_t i = 0; i < obstacles->count; i++)
        free(obstacles->entries[i].text);
    free(obstacles->entries);
    *obstacles = (struct obstacles){0};
}

void obstacles_add(struct obstacles *obstacles, bool fatal, const char *format, ...)
{
    char text[ERROR_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < obstacles->count; i++) {
        if (strcmp(obstacles->entries[i].text, text) == 0)
            return;
    }
    obstacles->entries = memory_resize(obstacles->entries, obstacles->count + 1, sizeof *obstacles->entries);
    obstacles->entries[obstacles->count++] = (struct obstacle){.fatal = fatal, .text = memory_copy_text(text)};
}

size_t obstacles_fatal(const struct obstacles *obstacles)
{
    size_t fatal = 0;
    for (size_t i = 0; i < obstacles->count; i++)
        fatal += obstacles->entries[i].fatal ? 1 : 0;
    return fatal;
}

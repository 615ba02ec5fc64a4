#include "common/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"

#define LINE_SIZE 2048

static _Atomic int highest_level = LOG_LEVEL_WARNING;

void log_set_level(enum log_level level)
{
    atomic_store(&highest_level, (int)level);
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR:
        return "error";
    case LOG_LEVEL_WARNING:
        return "warning";
    case LOG_LEVEL_INFO:
        return "info";
    case LOG_LEVEL_DEBUG:
        return "debug";
    }
    return "unknown";
}

void log_write(enum log_level level, const char *component, const char *format, ...)
{
    if ((int)level > atomic_load(&highest_level))
        return;
    char now[CLOCK_TEXT_SIZE];
    char line[LINE_SIZE];
    int head =
        snprintf(line, sizeof line, "%s %s %s: ", clock_format_microseconds(clock_wall(), now), level_name(level), component);
    if (head < 0 || (size_t)head >= sizeof line)
        return;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line + head, sizeof line - (size_t)head - 1, format, arguments);
    va_end(arguments);
    size_t length = strlen(line);
    line[length] = '\n';
    ssize_t written = write(STDERR_FILENO, line, length + 1);
    (void)written;
}

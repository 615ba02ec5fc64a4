#include "common/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return -1;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return -1;
}

int error_context(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return -1;
    char reason[ERROR_TEXT_SIZE];
    memcpy(reason, error->text, sizeof reason);
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < sizeof error->text)
        (void)snprintf(error->text + length, sizeof error->text - (size_t)length, ": %s", reason);
    return -1;
}

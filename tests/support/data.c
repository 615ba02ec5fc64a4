#include "tests/support/data.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/file.h"
#include "common/memory.h"

#define DATA "tests/data/"
#define FILE_MAXIMUM (16 * 1024 * 1024)

__attribute__((format(printf, 2, 0))) static char *read_data(size_t *length, const char *format, va_list arguments)
{
    char path[PATH_MAX] = DATA;
    struct error error = ERROR_NONE;
    (void)vsnprintf(path + strlen(DATA), sizeof path - strlen(DATA), format, arguments);
    char *text = file_read(path, FILE_MAXIMUM, length, &error);
    if (text == NULL)
        fail_msg("%s", error.text);
    return text;
}

char *test_data_text(const char *format, ...)
{
    size_t length;
    va_list arguments;
    va_start(arguments, format);
    char *text = read_data(&length, format, arguments);
    va_end(arguments);
    return text;
}

cJSON *test_data_json(const char *format, ...)
{
    size_t length;
    struct error error = ERROR_NONE;
    va_list arguments;
    va_start(arguments, format);
    AUTO_FREE char *text = read_data(&length, format, arguments);
    va_end(arguments);
    cJSON *tree = json_parse(text, length, &error);
    if (tree == NULL)
        fail_msg(DATA "%s: %s", format, error.text);
    return tree;
}

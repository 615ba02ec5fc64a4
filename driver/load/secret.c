#include "driver/load/secret.h"

#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/memory.h"
#include "driver/load/text_template.h"

/* The caller wipes and frees it. */
static char *read_source(enum secret_source source, const char *name, size_t *length, struct error *error)
{
    if (source == SECRET_FILE) {
        char *text = file_read(name, SECRET_MAXIMUM, length, error);
        while (text != NULL && *length > 0 && (text[*length - 1] == '\n' || text[*length - 1] == '\r'))
            text[--*length] = '\0';
        return text;
    }
    char *text = memory_copy_text(getenv(name));
    if (text == NULL)
        (void)error_set(error, "the environment variable %s is not set", name);
    else
        *length = strlen(text);
    return text;
}

int secret_append(enum secret_source source, const char *name, struct buffer *value, struct error *error)
{
    size_t length = 0;
    char *text = read_source(source, name, &length, error);
    if (text == NULL)
        return -1;
    bool one_line = strlen(text) == length && strpbrk(text, "\r\n") == NULL;
    if (one_line)
        text_template_escape(text, length, value);
    memory_wipe_text(text);
    if (!one_line)
        return error_set(error, "expected one line of text in %s", name);
    return value->overflowed ? error_set(error, "the value is longer than %zu bytes", SECRET_MAXIMUM) : 0;
}

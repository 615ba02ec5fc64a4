#include "cluster/api/text_set.h"

#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/memory.h"

#define JOINED_MAXIMUM (1024 * 1024)

void text_set_release(struct text_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        free(set->texts[i]);
    set->count = 0;
}

void text_set_append(struct text_set *set, const char *text)
{
    if (set->count < TEXT_SET_MAXIMUM)
        set->texts[set->count++] = memory_copy_text(text);
}

void text_set_insert(struct text_set *set, const char *text)
{
    size_t place = 0;
    while (place < set->count && strcmp(set->texts[place], text) < 0)
        place++;
    if (set->count == TEXT_SET_MAXIMUM || (place < set->count && strcmp(set->texts[place], text) == 0))
        return;
    memmove(&set->texts[place + 1], &set->texts[place], (set->count - place) * sizeof set->texts[0]);
    set->texts[place] = memory_copy_text(text);
    set->count++;
}

static char *join(const struct text_set *set, const char *between, const char *quote)
{
    struct buffer text;
    buffer_init(&text, JOINED_MAXIMUM);
    for (size_t i = 0; i < set->count; i++)
        buffer_append_format(&text, "%s%s%s%s", i > 0 ? between : "", quote, set->texts[i], quote);
    return buffer_steal(&text);
}

char *text_set_join(const struct text_set *set, const char *between)
{
    return join(set, between, "");
}

char *text_set_join_quoted(const struct text_set *set)
{
    return join(set, ", ", "\"");
}

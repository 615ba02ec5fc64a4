#include "driver/analyze/texts.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define FIRST_SLOTS 256

struct figures_texts {
    char **slots; /* open addressing; NULL = free */
    size_t slot_count;
    size_t count;
};

struct figures_texts *texts_create(void)
{
    struct figures_texts *texts = memory_allocate(1, sizeof *texts);
    texts->slots = memory_allocate(FIRST_SLOTS, sizeof *texts->slots);
    texts->slot_count = FIRST_SLOTS;
    return texts;
}

void texts_destroy(struct figures_texts *texts)
{
    if (texts == NULL)
        return;
    for (size_t index = 0; index < texts->slot_count; index++)
        free(texts->slots[index]);
    free(texts->slots);
    free(texts);
}

static size_t find_slot(char *const *slots, size_t slot_count, const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        hash = (hash ^ *at) * UINT64_C(1099511628211);
    size_t index = (size_t)hash & (slot_count - 1);
    while (slots[index] != NULL && strcmp(slots[index], text) != 0)
        index = (index + 1) & (slot_count - 1);
    return index;
}

static void grow(struct figures_texts *texts)
{
    size_t slot_count = texts->slot_count * 2;
    char **slots = memory_allocate(slot_count, sizeof *slots);
    for (size_t index = 0; index < texts->slot_count; index++) {
        if (texts->slots[index] != NULL)
            slots[find_slot(slots, slot_count, texts->slots[index])] = texts->slots[index];
    }
    free(texts->slots);
    texts->slots = slots;
    texts->slot_count = slot_count;
}

const char *texts_keep(struct figures_texts *texts, const char *text)
{
    if (text == NULL)
        text = "";
    if (texts->count * 2 >= texts->slot_count)
        grow(texts);
    size_t slot = find_slot(texts->slots, texts->slot_count, text);
    if (texts->slots[slot] == NULL) {
        texts->slots[slot] = memory_copy_text(text);
        texts->count++;
    }
    return texts->slots[slot];
}

const char *texts_format(struct figures_texts *texts, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    const char *kept = texts_keep(texts, length >= 0 ? text : NULL);
    if (length >= 0)
        free(text);
    return kept;
}

#include "cluster/controllers/scheduler_message.h"

#include <stdlib.h>
#include <string.h>

void reasons_add(struct reasons *reasons, const char *text)
{
    for (size_t i = 0; i < reasons->count; i++) {
        if (strcmp(reasons->counts[i].text, text) == 0) {
            reasons->counts[i].count++;
            return;
        }
    }
    reasons->counts = memory_resize(reasons->counts, reasons->count + 1, sizeof *reasons->counts);
    reasons->counts[reasons->count++] = (struct reason_count){.text = memory_copy_text(text), .count = 1};
}

void reasons_add_all(struct reasons *reasons, const struct rejection *rejection)
{
    for (size_t i = 0; i < rejection->count; i++)
        reasons_add(reasons, rejection->reasons[i]);
}

void reasons_release(struct reasons *reasons)
{
    for (size_t i = 0; i < reasons->count; i++)
        free(reasons->counts[i].text);
    free(reasons->counts);
    *reasons = (struct reasons){0};
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* In the order of the texts, the numbers included: 10 comes before 2. */
void reasons_describe(const struct reasons *reasons, size_t nodes, struct buffer *message)
{
    AUTO_FREE char **texts = memory_allocate(reasons->count + 1, sizeof(char *));
    for (size_t i = 0; i < reasons->count; i++)
        texts[i] = memory_format("%zu %s", reasons->counts[i].count, reasons->counts[i].text);
    qsort(texts, reasons->count, sizeof(char *), compare_texts);
    (void)buffer_append_format(message, "0/%zu nodes are available: ", nodes);
    for (size_t i = 0; i < reasons->count; i++) {
        (void)buffer_append_format(message, "%s%s", i > 0 ? ", " : "", texts[i]);
        free(texts[i]);
    }
    (void)buffer_append_character(message, '.');
}

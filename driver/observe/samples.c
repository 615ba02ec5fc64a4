#include "driver/observe/samples.h"

#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/memory.h"

#define DIGEST_MAXIMUM (64u * 1024 * 1024)

static char *digest_item(const cJSON *item)
{
    struct buffer text;
    buffer_init(&text, DIGEST_MAXIMUM);
    (void)buffer_append_format(&text, "%s %s %s", json_text(json_get(item, "metadata", "name"), ""),
                               json_text(json_get(item, "timestamp"), ""), json_text(json_get(item, "window"), ""));
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(item, "containers")) {
        (void)buffer_append_format(&text, " %s %s %s", json_text(json_get(container, "name"), ""),
                                   json_text(json_get(container, "usage", "cpu"), ""),
                                   json_text(json_get(container, "usage", "memory"), ""));
    }
    return buffer_steal(&text);
}

static int compare(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

char *samples_digest(const cJSON *list)
{
    const cJSON *items = json_get(list, "items");
    size_t count = cJSON_IsArray(items) ? (size_t)cJSON_GetArraySize(items) : 0;
    char **lines = memory_allocate(count + 1, sizeof *lines);
    size_t filled = 0;
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, items) {
        if (filled < count)
            lines[filled++] = digest_item(item);
    }
    qsort(lines, filled, sizeof *lines, compare);
    struct buffer text;
    buffer_init(&text, DIGEST_MAXIMUM);
    for (size_t i = 0; i < filled; i++) {
        (void)buffer_append_format(&text, "%s\n", lines[i]);
        free(lines[i]);
    }
    free(lines);
    char *digest = buffer_steal(&text);
    return digest != NULL ? digest : memory_copy_bytes("", 0);
}

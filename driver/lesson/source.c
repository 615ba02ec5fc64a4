#include "driver/lesson/source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"

#define MOST_TEXTS 100

const struct yaml_node *source_holder(const struct lesson_source *source, const char *key)
{
    return yaml_get(source->pace, key) != NULL ? source->pace : source->spec;
}

int source_texts(const struct lesson_source *source, const struct yaml_node *mapping, const char *key, bool required,
                 struct text_list *list)
{
    const struct yaml_node *member = NULL;
    if (field_member(&source->reader, mapping, key, YAML_SEQUENCE, required, &member) < 0)
        return -1;
    if (member == NULL)
        return 0;
    if (member->count > MOST_TEXTS || (required && member->count == 0))
        return field_error(&source->reader, member, "%s: expected 1 to %d entries", key, MOST_TEXTS);
    list->texts = memory_allocate(member->count, sizeof *list->texts);
    for (size_t i = 0; i < member->count; i++) {
        if (member->values[i]->kind != YAML_SCALAR || member->values[i]->text[0] == '\0')
            return field_error(&source->reader, member->values[i], "%s: expected a text (in quotes when it holds \": \")", key);
        list->texts[list->count++] = memory_copy_text(member->values[i]->text);
    }
    return 0;
}

/* A path of a lesson is looked for beside it, then in each folder above it. */
static char *find_above(const char *folder, const char *path)
{
    AUTO_FREE char *base = memory_copy_text(folder);
    for (;;) {
        char *candidate = memory_format("%s/%s", base, path);
        if (access(candidate, R_OK) == 0)
            return candidate;
        free(candidate);
        char *slash = strrchr(base, '/');
        if (slash == NULL)
            return NULL;
        *slash = '\0';
    }
}

int source_paths(const struct lesson_source *source, const struct yaml_node *mapping, const char *key, struct text_list *paths)
{
    if (source_texts(source, mapping, key, true, paths) < 0)
        return -1;
    const struct yaml_node *member = yaml_get(mapping, key);
    for (size_t i = 0; i < paths->count; i++) {
        char *path = paths->texts[i][0] == '/' ? memory_copy_text(paths->texts[i]) : find_above(source->folder, paths->texts[i]);
        if (path == NULL || access(path, R_OK) < 0) {
            free(path);
            return field_error(&source->reader, member->values[i], "%s: \"%.200s\" is neither beside the lesson nor above it",
                               key, paths->texts[i]);
        }
        free(paths->texts[i]);
        paths->texts[i] = path;
    }
    return 0;
}

void text_list_release(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->texts[i]);
    free(list->texts);
}

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base64.h"
#include "common/buffer.h"
#include "common/memory.h"
#include "kube/kubeconfig_source.h"

bool kubeconfig_is_null(const struct yaml_node *node)
{
    return node == NULL || (node->kind == YAML_SCALAR && !node->quoted &&
                            (node->text[0] == '\0' || strcmp(node->text, "~") == 0 || strcasecmp(node->text, "null") == 0));
}

int kubeconfig_top_text(const struct kubeconfig_sources *sources, const char *key, const char **value, struct error *error)
{
    *value = NULL;
    for (size_t i = 0; i < sources->count && *value == NULL; i++) {
        const struct kubeconfig_source *source = &sources->files[i];
        const struct yaml_node *node = source->root != NULL ? yaml_get(source->root, key) : NULL;
        if (kubeconfig_is_null(node))
            continue;
        if (node->kind != YAML_SCALAR)
            return error_set(error, "%s:%d: %s: text is expected", source->path, node->line, key);
        if (node->text[0] != '\0')
            *value = node->text;
    }
    return 0;
}

/* The list of a file: NULL when it has none. */
static int get_list(const struct kubeconfig_source *source, const char *list, const struct yaml_node **sequence,
                    struct error *error)
{
    *sequence = source->root != NULL ? yaml_get(source->root, list) : NULL;
    if (kubeconfig_is_null(*sequence)) {
        *sequence = NULL;
        return 0;
    }
    if ((*sequence)->kind != YAML_SEQUENCE)
        return error_set(error, "%s:%d: %s: a list is expected", source->path, (*sequence)->line, list);
    return 0;
}

/* 1 = found, 0 = not in this file. */
static int find_in_source(const struct kubeconfig_source *source, struct kubeconfig_entry *entry, struct buffer *names,
                          struct error *error)
{
    const struct yaml_node *sequence = NULL;
    if (get_list(source, entry->list, &sequence, error) < 0)
        return -1;
    for (size_t i = 0; sequence != NULL && i < sequence->count; i++) {
        const struct yaml_node *item = sequence->values[i];
        const struct yaml_node *name = yaml_get(item, "name");
        if (name == NULL || name->kind != YAML_SCALAR)
            return error_set(error, "%s:%d: %s[%zu].name: text is expected", source->path, item->line, entry->list, i);
        (void)buffer_append_format(names, "%s%s", names->length > 0 ? ", " : "", name->text);
        if (strcmp(name->text, entry->name) != 0)
            continue;
        if (entry->source != NULL)
            return error_set(error, "%s:%d: %s[%zu].name: there is another \"%s\" in this list", source->path, name->line,
                             entry->list, i, entry->name);
        entry->source = source;
        entry->body = yaml_get(item, entry->member);
        if (entry->body == NULL || entry->body->kind != YAML_MAPPING)
            return error_set(error, "%s:%d: %s[\"%s\"].%s: a mapping is expected", source->path, item->line, entry->list,
                             entry->name, entry->member);
    }
    return entry->source != NULL ? 1 : 0;
}

int kubeconfig_find(const struct kubeconfig_sources *sources, const char *list, const char *member, const char *name,
                    struct kubeconfig_entry *entry, struct error *error)
{
    *entry = (struct kubeconfig_entry){.list = list, .name = name, .member = member};
    AUTO_BUFFER struct buffer names;
    buffer_init(&names, 300);
    for (size_t i = 0; i < sources->count; i++) {
        int found = find_in_source(&sources->files[i], entry, &names, error);
        if (found != 0)
            return found < 0 ? -1 : 0;
    }
    return error_set(error, "%s: %s: there is none named \"%s\" (%s%s)", sources->names, list, name,
                     names.length > 0 ? "there are: " : "the list is empty", names.data);
}

static int line_of(const struct kubeconfig_entry *entry, const char *key)
{
    const struct yaml_node *node = yaml_get(entry->body, key);
    return node != NULL ? node->line : entry->body->line;
}

int kubeconfig_field_error(const struct kubeconfig_entry *entry, const char *key, struct error *error, const char *format, ...)
{
    struct error what;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what.text, sizeof what.text, format, arguments);
    va_end(arguments);
    return error_set(error, "%s:%d: %s[\"%s\"].%s.%s: %s", entry->source->path, line_of(entry, key), entry->list, entry->name,
                     entry->member, key, what.text);
}

int kubeconfig_text(const struct kubeconfig_entry *entry, const char *key, const char **value, struct error *error)
{
    *value = NULL;
    const struct yaml_node *node = yaml_get(entry->body, key);
    if (kubeconfig_is_null(node))
        return 0;
    if (node->kind != YAML_SCALAR)
        return kubeconfig_field_error(entry, key, error, "text is expected");
    *value = node->text[0] != '\0' ? node->text : NULL;
    return 0;
}

int kubeconfig_boolean(const struct kubeconfig_entry *entry, const char *key, bool *value, struct error *error)
{
    const char *text = NULL;
    if (kubeconfig_text(entry, key, &text, error) < 0)
        return -1;
    *value = text != NULL && strcmp(text, "true") == 0;
    if (text != NULL && !*value && strcmp(text, "false") != 0)
        return kubeconfig_field_error(entry, key, error, "true or false is expected, not \"%.40s\"", text);
    return 0;
}

int kubeconfig_copy(const struct kubeconfig_entry *entry, const char *key, char **value, struct error *error)
{
    const char *text = NULL;
    if (kubeconfig_text(entry, key, &text, error) < 0)
        return -1;
    *value = memory_copy_text(text);
    return 0;
}

int kubeconfig_list(const struct kubeconfig_entry *entry, const char *key, const struct yaml_node **list, struct error *error)
{
    *list = yaml_get(entry->body, key);
    if (kubeconfig_is_null(*list))
        *list = NULL;
    else if ((*list)->kind != YAML_SEQUENCE)
        return kubeconfig_field_error(entry, key, error, "a list is expected");
    return 0;
}

int kubeconfig_pem(const struct kubeconfig_entry *entry, const char *key, const char *marker, char **pem, struct error *error)
{
    AUTO_FREE char *data_key = memory_format("%s-data", key);
    const char *data = NULL;
    const char *file = NULL;
    if (kubeconfig_text(entry, data_key, &data, error) < 0 || kubeconfig_text(entry, key, &file, error) < 0)
        return -1;
    if (data == NULL && file == NULL)
        return 0;
    if (data != NULL && file != NULL)
        return kubeconfig_field_error(entry, data_key, error, "is given beside %s; leave one of them out", key);
    const char *used = data != NULL ? data_key : key;
    size_t length = 0;
    struct error why = ERROR_NONE;
    if (data != NULL)
        *pem = base64_decode(data, &length, &why);
    else
        *pem = kubeconfig_read_file(entry->source, file);
    if (*pem == NULL && data != NULL)
        return kubeconfig_field_error(entry, used, error, "%s", why.text);
    if (*pem == NULL)
        return kubeconfig_field_error(entry, used, error, "%s: %s", file, strerror(errno));
    if (strstr(*pem, marker) == NULL)
        return kubeconfig_field_error(entry, used, error, "no PEM with \"%s\" in it", marker);
    return 0;
}

bool kubeconfig_fits_header(const char *text)
{
    for (; *text != '\0'; text++) {
        if (!isgraph((unsigned char)*text))
            return false;
    }
    return true;
}

#include "kube/kubeconfig_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/memory.h"

/* O_NONBLOCK: a FIFO that nobody writes to must not hold the program up. */
char *kubeconfig_slurp(const char *path, size_t *length)
{
    AUTO_CLOSE int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat facts;
    if (descriptor < 0 || fstat(descriptor, &facts) < 0)
        return NULL;
    if (S_ISDIR(facts.st_mode)) {
        errno = EISDIR;
        return NULL;
    }
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, KUBECONFIG_MAXIMUM_SIZE);
    char block[16384];
    for (;;) {
        ssize_t count = read(descriptor, block, sizeof block);
        if (count == 0)
            break;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return NULL;
        if (buffer_append(&text, block, (size_t)count) < 0) {
            errno = EFBIG;
            return NULL;
        }
    }
    if (length != NULL)
        *length = text.length;
    return buffer_steal(&text);
}

char *kubeconfig_resolve(const struct kubeconfig_source *source, const char *path)
{
    const char *slash = strrchr(source->path, '/');
    if (path[0] == '/' || slash == NULL)
        return memory_copy_text(path);
    return memory_format("%.*s/%s", (int)(slash - source->path), source->path, path);
}

char *kubeconfig_read_file(const struct kubeconfig_source *source, const char *path)
{
    AUTO_FREE char *resolved = kubeconfig_resolve(source, path);
    return kubeconfig_slurp(resolved, NULL);
}

static void wipe_tree(const struct yaml_node *node)
{
    if (node->text != NULL)
        explicit_bzero(node->text, strlen(node->text));
    for (size_t i = 0; i < node->count; i++)
        wipe_tree(node->values[i]);
}

void kubeconfig_sources_release(struct kubeconfig_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        if (sources->files[i].root != NULL)
            wipe_tree(sources->files[i].root);
        yaml_release(&sources->files[i].documents);
        free(sources->files[i].path);
    }
    free(sources->names);
    *sources = (struct kubeconfig_sources){.count = 0};
}

static int check_root(const struct kubeconfig_source *source, struct error *error)
{
    if (source->documents.count > 1)
        return error_set(error, "%s:%d: one YAML document is expected, this is the second", source->path,
                         source->documents.roots[1]->line);
    if (source->root != NULL && source->root->kind != YAML_MAPPING)
        return error_set(error, "%s:%d: a kubeconfig is a mapping (apiVersion, kind, clusters, ...)", source->path,
                         source->root->line);
    return 0;
}

static int read_source(struct kubeconfig_sources *sources, const char *path, bool must_exist, struct error *error)
{
    if (sources->count == KUBECONFIG_MAXIMUM_FILES)
        return error_set(error, "KUBECONFIG: more than %d files", KUBECONFIG_MAXIMUM_FILES);
    size_t length = 0;
    char *text = kubeconfig_slurp(path, &length);
    if (text == NULL && errno == ENOENT && !must_exist)
        return 0;
    if (text == NULL)
        return error_set(error, "%s: %s", path, errno == EFBIG ? "larger than 4 MiB" : strerror(errno));
    struct kubeconfig_source *source = &sources->files[sources->count];
    int result = yaml_parse(path, text, length, &source->documents, error);
    explicit_bzero(text, length);
    free(text);
    if (result < 0) {
        *source = (struct kubeconfig_source){.path = NULL};
        return -1;
    }
    source->path = memory_copy_text(path);
    source->root = source->documents.count > 0 ? source->documents.roots[0] : NULL;
    sources->count++;
    return check_root(source, error);
}

static int read_list(struct kubeconfig_sources *sources, const char *list, struct error *error)
{
    AUTO_FREE char *copy = memory_copy_text(list);
    char *rest = copy;
    for (char *path = strsep(&rest, ":"); path != NULL; path = strsep(&rest, ":")) {
        if (*path != '\0' && read_source(sources, path, false, error) < 0)
            return -1;
    }
    if (sources->count == 0)
        return error_set(error, "KUBECONFIG=%s: no such file", list);
    return 0;
}

static int read_home(struct kubeconfig_sources *sources, struct error *error)
{
    const char *home = getenv("HOME");
    if (home == NULL || *home == '\0')
        return error_set(error, "no kubeconfig: KUBECONFIG and HOME are not set");
    AUTO_FREE char *path = memory_format("%s/.kube/config", home);
    if (read_source(sources, path, false, error) < 0)
        return -1;
    if (sources->count == 0)
        return error_set(error, "no kubeconfig: KUBECONFIG is not set and %s does not exist", path);
    return 0;
}

bool kubeconfig_has_default(void)
{
    const char *list = getenv("KUBECONFIG");
    const char *home = getenv("HOME");
    if (list != NULL && *list != '\0')
        return true;
    if (home == NULL || *home == '\0')
        return false;
    AUTO_FREE char *path = memory_format("%s/.kube/config", home);
    return access(path, F_OK) == 0;
}

static void join_names(struct kubeconfig_sources *sources)
{
    AUTO_BUFFER struct buffer names;
    buffer_init(&names, 400);
    for (size_t i = 0; i < sources->count; i++)
        (void)buffer_append_format(&names, "%s%s", i > 0 ? ", " : "", sources->files[i].path);
    sources->names = buffer_steal(&names);
}

int kubeconfig_sources_read(const char *path, struct kubeconfig_sources *sources, struct error *error)
{
    *sources = (struct kubeconfig_sources){.count = 0};
    const char *list = getenv("KUBECONFIG");
    int result = 0;
    if (path != NULL)
        result = read_source(sources, path, true, error);
    else if (list != NULL && *list != '\0')
        result = read_list(sources, list, error);
    else
        result = read_home(sources, error);
    join_names(sources);
    return result;
}

static bool is_null(const struct yaml_node *node)
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
        if (is_null(node))
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
    if (is_null(*sequence)) {
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
        entry->source = source;
        entry->body = yaml_get(item, entry->member);
        if (entry->body == NULL || entry->body->kind != YAML_MAPPING)
            return error_set(error, "%s:%d: %s[\"%s\"].%s: a mapping is expected", source->path, item->line, entry->list,
                             entry->name, entry->member);
        return 1;
    }
    return 0;
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
    if (is_null(node))
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

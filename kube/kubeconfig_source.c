#include "kube/kubeconfig_source.h"

#include <errno.h>
#include <fcntl.h>
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

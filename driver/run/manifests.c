#include "driver/run/manifests.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/memory.h"
#include "common/yaml.h"
#include "driver/run/kustomization.h"

#define MAXIMUM_FILE (1 << 20)
#define MOST_OBJECTS 500
#define DEEPEST_RESOURCE 16

static int add_document(const char *path, const struct yaml_node *root, struct manifests *manifests, struct error *error)
{
    cJSON *object = yaml_to_json(root);
    const char *missing = NULL;
    if (json_text(json_get(object, "apiVersion"), "")[0] == '\0')
        missing = "apiVersion";
    else if (json_text(json_get(object, "kind"), "")[0] == '\0')
        missing = "kind";
    else if (json_text(json_get(object, "metadata", "name"), "")[0] == '\0')
        missing = "metadata.name";
    else if (manifests->count >= MOST_OBJECTS)
        missing = "room for more than 500 objects";
    if (missing != NULL) {
        cJSON_Delete(object);
        return error_set(error, "%s:%d:%d: %s is missing", path, root->line, root->column, missing);
    }
    manifests->objects = memory_resize(manifests->objects, manifests->count + 1, sizeof *manifests->objects);
    manifests->objects[manifests->count++] = object;
    return 0;
}

static int read_file(const char *path, struct manifests *manifests, struct error *error)
{
    size_t length = 0;
    AUTO_FREE char *text = file_read(path, MAXIMUM_FILE, &length, error);
    AUTO_YAML struct yaml_documents documents = {0};
    if (text == NULL || yaml_parse(path, text, length, &documents, error) < 0)
        return -1;
    for (size_t i = 0; i < documents.count; i++)
        if (add_document(path, documents.roots[i], manifests, error) < 0)
            return -1;
    return 0;
}

static int is_manifest(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0) && entry->d_name[0] != '.';
}

static int read_path(const char *path, int depth, struct manifests *manifests, struct error *error);

static int read_resources(const struct text_list *resources, int depth, struct manifests *manifests, struct error *error)
{
    for (size_t i = 0; i < resources->count; i++)
        if (read_path(resources->texts[i], depth + 1, manifests, error) < 0)
            return -1;
    return 0;
}

static int read_every_file(const char *path, struct manifests *manifests, struct error *error)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_manifest, alphasort);
    if (count < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    int result = count == 0 ? error_set(error, "%s: no .yaml file in this folder", path) : 0;
    for (int i = 0; i < count; i++) {
        AUTO_FREE char *file = memory_format("%s/%s", path, entries[i]->d_name);
        if (result == 0)
            result = read_file(file, manifests, error);
        free(entries[i]);
    }
    free(entries);
    return result;
}

static int read_path(const char *path, int depth, struct manifests *manifests, struct error *error)
{
    struct stat status;
    struct text_list resources;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return read_file(path, manifests, error);
    if (depth > DEEPEST_RESOURCE)
        return error_set(error, "%s: kustomizations lead to each other in a circle", path);
    int result = kustomization_read(path, &resources, error);
    if (result == 0)
        return read_every_file(path, manifests, error);
    if (result > 0)
        result = read_resources(&resources, depth, manifests, error);
    kustomization_release(&resources);
    return result;
}

int manifests_read(const struct text_list *paths, struct manifests *manifests, struct error *error)
{
    *manifests = (struct manifests){0};
    for (size_t i = 0; i < paths->count; i++) {
        if (read_path(paths->texts[i], 0, manifests, error) < 0) {
            manifests_release(manifests);
            return -1;
        }
    }
    return 0;
}

void manifests_release(struct manifests *manifests)
{
    for (size_t i = 0; i < manifests->count; i++)
        cJSON_Delete(manifests->objects[i]);
    free(manifests->objects);
    *manifests = (struct manifests){0};
}

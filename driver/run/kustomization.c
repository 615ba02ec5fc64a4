#include "driver/run/kustomization.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/memory.h"
#include "common/yaml.h"

#define MAXIMUM_FILE (1 << 16)
#define MOST_RESOURCES 100

/* kustomize's names for the file; NULL when the folder has none of them. The caller frees the path. */
static char *find_file(const char *folder)
{
    static const char *const names[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        AUTO_FREE char *path = memory_format("%s/%s", folder, names[i]);
        if (access(path, F_OK) == 0)
            return steal_pointer(&path);
    }
    return NULL;
}

static int refuse(const char *file, const struct yaml_node *node, const char *text, struct error *error)
{
    return error_set(error, "%s:%d:%d: %s", file, node->line, node->column, text);
}

static int check_members(const char *file, const struct yaml_node *root, struct error *error)
{
    if (root->kind != YAML_MAPPING)
        return refuse(file, root, "expected a Kustomization", error);
    for (size_t i = 0; i < root->count; i++) {
        const char *key = root->keys[i]->text;
        if (strcmp(key, "apiVersion") != 0 && strcmp(key, "kind") != 0 && strcmp(key, "resources") != 0) {
            AUTO_FREE char *text = memory_format("\"%.60s\" is not understood here, only resources are", key);
            return refuse(file, root->keys[i], text, error);
        }
    }
    return 0;
}

static int add_resource(const char *file, const char *folder, const struct yaml_node *node, struct text_list *resources,
                        struct error *error)
{
    if (node->kind != YAML_SCALAR || node->text[0] == '\0' || node->text[0] == '/' || strstr(node->text, "://") != NULL)
        return refuse(file, node, "expected a file or folder, as a path from here", error);
    resources->texts = memory_resize(resources->texts, resources->count + 1, sizeof *resources->texts);
    resources->texts[resources->count++] = memory_format("%s/%s", folder, node->text);
    return 0;
}

static int read_resources(const char *file, const char *folder, const struct yaml_node *root, struct text_list *resources,
                          struct error *error)
{
    const struct yaml_node *list = yaml_get(root, "resources");
    if (check_members(file, root, error) < 0)
        return -1;
    if (list == NULL || list->kind != YAML_SEQUENCE || list->count == 0 || list->count > MOST_RESOURCES)
        return refuse(file, list != NULL ? list : root, "expected resources: 1 to 100 files or folders", error);
    for (size_t i = 0; i < list->count; i++)
        if (add_resource(file, folder, list->values[i], resources, error) < 0)
            return -1;
    return 0;
}

int kustomization_read(const char *folder, struct text_list *resources, struct error *error)
{
    AUTO_YAML struct yaml_documents documents = {0};
    size_t length = 0;
    *resources = (struct text_list){0};
    AUTO_FREE char *file = find_file(folder);
    if (file == NULL)
        return 0;
    AUTO_FREE char *text = file_read(file, MAXIMUM_FILE, &length, error);
    if (text == NULL || yaml_parse(file, text, length, &documents, error) < 0)
        return -1;
    if (documents.count != 1)
        return error_set(error, "%s: expected one document", file);
    if (read_resources(file, folder, documents.roots[0], resources, error) < 0) {
        kustomization_release(resources);
        return -1;
    }
    return 1;
}

void kustomization_release(struct text_list *resources)
{
    for (size_t i = 0; i < resources->count; i++)
        free(resources->texts[i]);
    free(resources->texts);
    *resources = (struct text_list){0};
}

#include "cluster/kubelet/image.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "common/version.h"

#define BUILT_IN "docker.io/library/hpalab:" HPALAB_VERSION
#define ENTRYPOINT "hpalab" /* as the real image has it */
#define MOST_LISTED 50      /* a kubelet's --node-status-max-images */

/* The one regular file of a folder, and its size; the caller frees the name. NULL when the folder or file is not there. */
static char *find_only_file(const char *folder, int64_t *size)
{
    char *name = NULL;
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return NULL;
    for (const struct dirent *entry; name == NULL && (entry = readdir(directory)) != NULL;) {
        struct stat about;
        if (entry->d_name[0] != '.' && fstatat(dirfd(directory), entry->d_name, &about, 0) == 0 && S_ISREG(about.st_mode)) {
            name = memory_copy_text(entry->d_name);
            *size = about.st_size;
        }
    }
    closedir(directory);
    return name;
}

enum image_presence image_find(const struct image_source *source, const char *reference, struct image *image)
{
    char folder[IMAGE_REFERENCE_SIZE];
    int64_t size = 0;
    *image = (struct image){0};
    if (image_reference_complete(reference, image->name, NULL) != 0)
        return IMAGE_INVALID;
    if (strcmp(image->name, BUILT_IN) == 0) {
        image->folder = memory_copy_text(source->program_folder);
        image->program = memory_copy_text(ENTRYPOINT);
        return IMAGE_PRESENT;
    }
    if (source->image_folder == NULL)
        return IMAGE_ABSENT;
    image_reference_to_folder(image->name, folder);
    image->folder = memory_format("%s/%s", source->image_folder, folder);
    image->program = find_only_file(image->folder, &size);
    return image->program != NULL ? IMAGE_PRESENT : IMAGE_ABSENT;
}

void image_release(struct image *image)
{
    free(image->folder);
    free(image->program);
    *image = (struct image){0};
}

static void add_image(cJSON *list, const char *name, int64_t size)
{
    cJSON *image = cJSON_CreateObject();
    cJSON_AddItemToArray(json_array_at(image, "names"), cJSON_CreateString(name));
    if (size > 0)
        json_set_integer(image, "sizeBytes", size);
    cJSON_AddItemToArray(list, image);
}

cJSON *image_list(const struct image_source *source)
{
    cJSON *list = cJSON_CreateArray();
    add_image(list, BUILT_IN, 0);
    DIR *directory = source->image_folder != NULL ? opendir(source->image_folder) : NULL;
    if (directory == NULL)
        return list;
    for (const struct dirent *entry; cJSON_GetArraySize(list) < MOST_LISTED && (entry = readdir(directory)) != NULL;) {
        char name[IMAGE_REFERENCE_SIZE];
        int64_t size = 0;
        if (entry->d_name[0] == '.')
            continue;
        AUTO_FREE char *folder = memory_format("%s/%s", source->image_folder, entry->d_name);
        AUTO_FREE char *program = find_only_file(folder, &size);
        image_reference_from_folder(entry->d_name, name);
        if (program != NULL)
            add_image(list, name, size);
    }
    closedir(directory);
    return list;
}

char *image_identity(const char *name, char text[72])
{
    uint64_t state = UINT64_C(14695981039346656037);
    for (const char *at = name; *at != '\0'; at++)
        state = (state ^ (uint8_t)*at) * UINT64_C(1099511628211);
    size_t length = (size_t)snprintf(text, 72, "sha256:");
    for (int part = 0; part < 4; part++) {
        length += (size_t)snprintf(text + length, 72 - length, "%016" PRIx64, state);
        state = (state ^ (state >> 29)) * UINT64_C(1099511628211);
    }
    return text;
}

char *image_find_program(const char *folder, const char *name, struct error *error)
{
    struct stat about;
    AUTO_FREE char *path = memory_format("%s/%s", folder, name);
    const bool plain = name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
    if (!plain || stat(path, &about) < 0 || !S_ISREG(about.st_mode)) {
        error_set(error, "exec: \"%s\": executable file not found in $PATH", name);
        return NULL;
    }
    if (access(path, X_OK) < 0) {
        error_set(error, "exec: \"%s\": permission denied", name);
        return NULL;
    }
    return steal_pointer(&path);
}

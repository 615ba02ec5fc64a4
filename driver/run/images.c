#include "driver/run/images.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/image_reference.h"
#include "common/memory.h"
#include "common/remove_folder.h"
#include "common/version.h"

#define BUILT_IN "docker.io/library/hpalab:" HPALAB_VERSION

static char *folder_of(const char *cluster_folder, const char *reference, struct error *error)
{
    char full[IMAGE_REFERENCE_SIZE];
    char name[IMAGE_REFERENCE_SIZE];
    if (strchr(reference, '@') != NULL || image_reference_complete(reference, full, NULL) != 0) {
        (void)error_set(error, "\"%s\" is no image name: expected NAME:TAG such as web:1", reference);
        return NULL;
    }
    if (strcmp(full, BUILT_IN) == 0) {
        (void)error_set(error, "%s is the cluster's own image", reference);
        return NULL;
    }
    image_reference_to_folder(full, name);
    return memory_format("%s/images/%s", cluster_folder, name);
}

static int open_program(const char *path, struct error *error)
{
    struct stat about;
    AUTO_CLOSE int program = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (program < 0)
        return error_set(error, "cannot read %s: %s", path, strerror(errno));
    if (fstat(program, &about) != 0 || !S_ISREG(about.st_mode))
        return error_set(error, "%s is no regular file", path);
    if ((about.st_mode & 0111) == 0)
        return error_set(error, "%s is not executable", path);
    const int opened = fcntl(program, F_DUPFD_CLOEXEC, 0);
    return opened >= 0 ? opened : error_set(error, "cannot read %s: %s", path, strerror(errno));
}

static int copy_bytes(int from, int to, struct error *error)
{
    char bytes[65536];
    ssize_t got;
    while ((got = read(from, bytes, sizeof bytes)) > 0) {
        for (ssize_t done = 0; done < got;) {
            const ssize_t written = write(to, bytes + done, (size_t)(got - done));
            if (written < 0)
                return error_set(error, "cannot write the image: %s", strerror(errno));
            done += written;
        }
    }
    return got == 0 ? 0 : error_set(error, "cannot read the program: %s", strerror(errno));
}

/* A new folder that holds a copy of the program alone. */
static int fill(const char *folder, const char *name, int program, struct error *error)
{
    AUTO_FREE char *path = memory_format("%s/%s", folder, name);
    AUTO_CLOSE int copy = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (copy < 0)
        return error_set(error, "cannot write %s: %s", path, strerror(errno));
    if (copy_bytes(program, copy, error) != 0)
        return -1;
    return fchmod(copy, 0755) == 0 ? 0 : error_set(error, "cannot make %s executable: %s", path, strerror(errno));
}

/* Puts the new folder in the place of the old one, at once; what was there is at the new one's path afterwards. */
static int exchange(const char *new_folder, const char *folder, struct error *error)
{
    if (renameat2(AT_FDCWD, new_folder, AT_FDCWD, folder, RENAME_EXCHANGE) == 0)
        return 0;
    if (errno == ENOENT && rename(new_folder, folder) == 0)
        return 0;
    return error_set(error, "cannot put the image to %s: %s", folder, strerror(errno));
}

int images_load(const char *cluster_folder, const char *reference, const char *program, struct error *error)
{
    AUTO_FREE char *folder = folder_of(cluster_folder, reference, error);
    if (folder == NULL)
        return -1;
    AUTO_CLOSE int file = open_program(program, error);
    if (file < 0)
        return -1;
    const char *slash = strrchr(program, '/');
    const char *name = slash != NULL ? slash + 1 : program;
    if (name[0] == '.')
        return error_set(error, "%s: a program's name may not begin with a dot", program);
    AUTO_FREE char *fresh = memory_format("%s/images/.load-XXXXXX", cluster_folder);
    if (mkdtemp(fresh) == NULL)
        return error_set(error, "cannot make %s: %s", fresh, strerror(errno));
    int outcome = fill(fresh, name, file, error);
    if (outcome == 0)
        outcome = exchange(fresh, folder, error);
    (void)remove_folder(fresh, NULL);
    return outcome;
}

int images_remove(const char *cluster_folder, const char *reference, struct error *error)
{
    AUTO_FREE char *folder = folder_of(cluster_folder, reference, error);
    if (folder == NULL)
        return -1;
    if (access(folder, F_OK) != 0)
        return error_set(error, "there is no image %s", reference);
    return remove_folder(folder, error);
}

static void add_image(cJSON *list, const char *images, const char *folder)
{
    char name[IMAGE_REFERENCE_SIZE];
    struct stat about;
    AUTO_FREE char *path = memory_format("%s/%s", images, folder);
    DIR *directory = opendir(path);
    image_reference_from_folder(folder, name);
    if (directory == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.' || fstatat(dirfd(directory), entry->d_name, &about, 0) != 0)
            continue;
        cJSON *image = cJSON_CreateObject();
        json_set_text(image, "name", name);
        json_set_text(image, "program", entry->d_name);
        json_set_integer(image, "bytes", about.st_size);
        cJSON_AddItemToArray(list, image);
    }
    closedir(directory);
}

cJSON *images_list(const char *cluster_folder, struct error *error)
{
    AUTO_FREE char *images = memory_format("%s/images", cluster_folder);
    struct dirent **entries = NULL;
    const int count = scandir(images, &entries, NULL, alphasort);
    if (count < 0) {
        (void)error_set(error, "cannot read %s: %s", images, strerror(errno));
        return NULL;
    }
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.')
            add_image(list, images, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return list;
}

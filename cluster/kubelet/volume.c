#include "cluster/kubelet/volume.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/remove_folder.h"

/* A name that cannot lead anywhere else as part of a path. */
static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

char *volume_folder_path(const char *root_folder, const char *volume)
{
    return memory_format("%s/volumes/%s", root_folder, volume);
}

static int make_folder(const char *path, struct error *error)
{
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return error_set(error, "cannot make the folder %.200s: %s", path, strerror(errno));
    return 0;
}

char *volume_folder_of_claim(struct store *store, const char *root_folder, const char *namespace, const char *claim,
                             struct error *error)
{
    AUTO_OBJECT struct object *object = store_get(store, RESOURCE_PERSISTENTVOLUMECLAIMS, namespace, claim);
    if (object == NULL) {
        (void)error_set(error, "failed to fetch PVC from API server: persistentvolumeclaims \"%s\" not found", claim);
        return NULL;
    }
    const char *volume = json_text(json_get(object_tree(object), "spec", "volumeName"), "");
    if (strcmp(json_text(json_get(object_tree(object), "status", "phase"), ""), "Bound") != 0 || !is_plain_name(volume)) {
        (void)error_set(error, "PVC is not bound");
        return NULL;
    }
    AUTO_FREE char *all = memory_format("%s/volumes", root_folder);
    AUTO_FREE char *path = volume_folder_path(root_folder, volume);
    if (make_folder(all, error) < 0 || make_folder(path, error) < 0)
        return NULL;
    char *whole = realpath(path, NULL);
    if (whole == NULL)
        (void)error_set(error, "cannot find the folder %.200s: %s", path, strerror(errno));
    return whole;
}

int volume_folder_remove(const char *root_folder, const char *volume, struct error *error)
{
    if (!is_plain_name(volume))
        return error_set(error, "\"%.100s\" is no name of a volume", volume);
    AUTO_FREE char *path = volume_folder_path(root_folder, volume);
    struct stat present;
    if (lstat(path, &present) < 0 && errno == ENOENT)
        return 0;
    return remove_folder(path, error);
}

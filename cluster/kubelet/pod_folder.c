#include "cluster/kubelet/pod_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster/kubelet/volume_files.h"
#include "common/memory.h"
#include "common/random.h"

#define LONGEST_PATH 4096
/* Steps up from a mount to the pod's root. */
#define DEEPEST_MOUNT 32
/* A file that is being written stands beside its place under a name of its own. */
#define BESIDE_PREFIX ".."
#define BESIDE_BYTES 8

/* Takes the next component of *path into name; false at the end or when it is refused (*refused). */
static bool next_component(const char **path, char name[NAME_MAX + 1], bool *refused)
{
    while (**path == '/' || (**path == '.' && ((*path)[1] == '/' || (*path)[1] == '\0')))
        (*path)++;
    const size_t length = strcspn(*path, "/");
    if (length == 0)
        return false;
    if (length > NAME_MAX || (length == 2 && strncmp(*path, "..", 2) == 0)) {
        *refused = true;
        return false;
    }
    snprintf(name, NAME_MAX + 1, "%.*s", (int)length, *path);
    *path += length;
    return true;
}

int pod_folder_open(int root, const char *path, struct error *error)
{
    char name[NAME_MAX + 1];
    bool refused = strlen(path) > LONGEST_PATH;
    const char *rest = path;
    int folder = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (!refused && folder >= 0 && next_component(&rest, name, &refused)) {
        if (mkdirat(folder, name, 0755) < 0 && errno != EEXIST)
            break;
        const int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        const int reason = errno;
        close(folder);
        folder = inner;
        errno = reason;
    }
    if (refused) {
        memory_close_descriptor(&folder);
        return error_set(error, "the path %.200s leads out of the pod's folder", path);
    }
    if (folder < 0)
        return error_set(error, "cannot open the folder %.200s: %s", path, strerror(errno));
    if (next_component(&rest, name, &refused)) {
        const int reason = errno;
        close(folder);
        return error_set(error, "cannot make the folder %.200s: %s", path, strerror(reason));
    }
    return folder;
}

/* Opens the folder that holds the last component of path and copies that component to name. */
static int open_parent(int root, const char *path, char name[NAME_MAX + 1], struct error *error)
{
    AUTO_FREE char *parent = memory_copy_text(path);
    size_t length = strlen(parent);
    while (length > 0 && parent[length - 1] == '/')
        parent[--length] = '\0';
    char *slash = strrchr(parent, '/');
    const char *last = slash != NULL ? slash + 1 : parent;
    if (last[0] == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0 || strlen(last) > NAME_MAX)
        return error_set(error, "the path %.200s leads out of the pod's folder", path);
    snprintf(name, NAME_MAX + 1, "%s", last);
    if (slash != NULL)
        *slash = '\0';
    return pod_folder_open(root, slash != NULL ? parent : "", error);
}

static int write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t written = write(file, bytes, length);
        if (written < 0 && errno != EINTR)
            return -1;
        bytes += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}

int pod_folder_write(int root, const char *path, const char *bytes, size_t length, mode_t mode, struct error *error)
{
    char name[NAME_MAX + 1];
    char beside[sizeof BESIDE_PREFIX + HEX_TEXT_SIZE(BESIDE_BYTES)] = BESIDE_PREFIX;
    random_hex(BESIDE_BYTES, beside + sizeof BESIDE_PREFIX - 1);
    AUTO_CLOSE int folder = open_parent(root, path, name, error);
    if (folder < 0)
        return -1;
    AUTO_CLOSE int file = openat(folder, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0)
        return error_set(error, "cannot make the file %.200s: %s", path, strerror(errno));
    if (write_all(file, bytes, length) == 0 && fchmod(file, mode) == 0 && renameat(folder, beside, folder, name) == 0)
        return 0;
    const int reason = errno;
    (void)unlinkat(folder, beside, 0);
    return error_set(error, "cannot write the file %.200s: %s", path, strerror(reason));
}

enum mounting_part { PART_ALL, PART_TOKENS, PART_OBJECTS };

struct mounting {
    int root;
    const cJSON *pod;
    const struct volume_source *source;
    enum mounting_part part;
    struct error *error;
};

/* The files into the folder mount; with a subPath one of them becomes the file mount itself. */
static int mount_content(const struct mounting *mounting, const cJSON *volume, const char *mount, const char *sub_path)
{
    AUTO_VOLUME_FILES struct volume_files files = {0};
    if (volume_content_make(mounting->source, volume, &files, mounting->error) < 0)
        return -1;
    if (sub_path == NULL) {
        AUTO_CLOSE int folder = pod_folder_open(mounting->root, mount, mounting->error);
        return folder < 0 ? -1 : volume_files_write(folder, &files, mounting->error);
    }
    for (size_t i = 0; i < files.count; i++) {
        const struct volume_file *file = &files.files[i];
        if (strcmp(sub_path, file->path) == 0 &&
            pod_folder_write(mounting->root, mount, file->bytes, file->length, file->mode, mounting->error) < 0)
            return -1;
    }
    return 0;
}

/* The path "../../first" that leads from the folder of `from` to `to`, both below the same root. */
static char *relative_link(const char *from, const char *to)
{
    char name[NAME_MAX + 1];
    bool refused = false;
    int depth = 0;
    for (const char *rest = from; next_component(&rest, name, &refused) && depth < DEEPEST_MOUNT;)
        depth++;
    char steps[3 * DEEPEST_MOUNT + 1] = "";
    for (int i = 1; i < depth; i++)
        memcpy(steps + (i - 1) * 3, "../", 4);
    while (*to == '/')
        to++;
    return memory_format("%s%s", steps, to[0] != '\0' ? to : ".");
}

static bool is_link_to(int folder, const char *name, const char *target)
{
    char present[LONGEST_PATH];
    const ssize_t length = readlinkat(folder, name, present, sizeof present);
    return length >= 0 && (size_t)length == strlen(target) && memcmp(present, target, (size_t)length) == 0;
}

/* The volumes may have been mounted in part before: the same link is fine. */
static int link_to(const struct mounting *mounting, const char *mount, const char *target)
{
    char name[NAME_MAX + 1];
    AUTO_CLOSE int folder = open_parent(mounting->root, mount, name, mounting->error);
    if (folder < 0)
        return -1;
    if (symlinkat(target, folder, name) < 0) {
        const int reason = errno;
        if (reason != EEXIST || !is_link_to(folder, name, target))
            return error_set(mounting->error, "cannot link the folder %.200s: %s", mount, strerror(reason));
    }
    return 0;
}

static int mount_claim(const struct mounting *mounting, const cJSON *source, const char *mount, const char *sub_path)
{
    const char *claim = json_text(json_get(source, "claimName"), "");
    AUTO_FREE char *data = mounting->source->find_claim(mounting->source->objects.context, claim, mounting->error);
    if (data == NULL)
        return -1;
    if (sub_path == NULL)
        return link_to(mounting, mount, data);
    AUTO_CLOSE int folder = open(data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    AUTO_CLOSE int inner = folder >= 0 ? pod_folder_open(folder, sub_path, mounting->error) : -1;
    if (folder < 0)
        return error_set(mounting->error, "cannot open the folder %.200s: %s", data, strerror(errno));
    AUTO_FREE char *target = memory_format("%s/%s", data, sub_path);
    return inner < 0 ? -1 : link_to(mounting, mount, target);
}

/* The path of the first mount of the volume in the pod, NULL when mount is it. With a subPath it is a part of it. */
static char *first_mount(const cJSON *pod, const cJSON *mount)
{
    const char *const lists[] = {"initContainers", "containers"};
    const char *name = json_text(json_get(mount, "name"), "");
    const char *sub_path = json_text(json_get(mount, "subPath"), "");
    for (size_t i = 0; i < 2; i++) {
        const cJSON *container, *other;
        cJSON_ArrayForEach (container, json_get(pod, "spec", lists[i]))
            cJSON_ArrayForEach (other, json_get(container, "volumeMounts")) {
                if (strcmp(json_text(json_get(other, "name"), ""), name) != 0 ||
                    strcmp(json_text(json_get(other, "subPath"), ""), sub_path) != 0)
                    continue;
                return other == mount ? NULL : memory_copy_text(json_text(json_get(other, "mountPath"), ""));
            }
    }
    return NULL;
}

static const cJSON *find_volume(const cJSON *pod, const char *name)
{
    const cJSON *volume;
    cJSON_ArrayForEach (volume, json_get(pod, "spec", "volumes")) {
        if (strcmp(json_text(json_get(volume, "name"), ""), name) == 0)
            return volume;
    }
    return NULL;
}

/* A subPath is mounted once: it stays what it was, as in Kubernetes. */
static bool is_made_anew(const cJSON *volume, const char *sub_path, enum mounting_part part)
{
    const bool has_token = volume_token_seconds(volume) > 0;
    return volume_has_content(volume) && sub_path[0] == '\0' && has_token == (part == PART_TOKENS);
}

static int mount_one(const struct mounting *mounting, const cJSON *mount, const char **volume_name)
{
    const char *path = json_text(json_get(mount, "mountPath"), "");
    const char *sub_path = json_text(json_get(mount, "subPath"), "");
    *volume_name = json_text(json_get(mount, "name"), "");
    const cJSON *volume = find_volume(mounting->pod, *volume_name);
    if (volume == NULL)
        return error_set(mounting->error, "the pod has no volume of that name");
    if (mounting->part != PART_ALL && !is_made_anew(volume, sub_path, mounting->part))
        return 0;
    if (volume_has_content(volume))
        return mount_content(mounting, volume, path, sub_path[0] != '\0' ? sub_path : NULL);
    const cJSON *claim = json_get(volume, "persistentVolumeClaim");
    if (claim != NULL)
        return mount_claim(mounting, claim, path, sub_path[0] != '\0' ? sub_path : NULL);
    if (json_get(volume, "emptyDir") == NULL)
        return error_set(mounting->error, "this cluster has no volumes of this kind");
    AUTO_FREE char *first = first_mount(mounting->pod, mount);
    if (first != NULL && strcmp(first, path) != 0) {
        AUTO_FREE char *target = relative_link(path, first);
        return link_to(mounting, path, target);
    }
    AUTO_CLOSE int folder = pod_folder_open(mounting->root, path, mounting->error);
    return folder < 0 ? -1 : 0;
}

static int mount_all(const struct mounting *mounting, const char **volume)
{
    const char *const lists[] = {"initContainers", "containers"};
    for (size_t i = 0; i < 2; i++) {
        const cJSON *container, *mount;
        cJSON_ArrayForEach (container, json_get(mounting->pod, "spec", lists[i]))
            cJSON_ArrayForEach (mount, json_get(container, "volumeMounts")) {
                if (mount_one(mounting, mount, volume) < 0)
                    return -1;
            }
    }
    return 0;
}

int pod_folder_mount(int root, const struct volume_source *source, const char **volume, struct error *error)
{
    const struct mounting mounting = {.root = root, .pod = source->objects.pod, .source = source, .error = error};
    return mount_all(&mounting, volume);
}

int pod_folder_refresh(int root, const struct volume_source *source, bool tokens, const char **volume, struct error *error)
{
    const struct mounting mounting = {
        .root = root, .pod = source->objects.pod, .source = source, .part = tokens ? PART_TOKENS : PART_OBJECTS, .error = error};
    return mount_all(&mounting, volume);
}

bool pod_folder_has_objects(const cJSON *pod)
{
    const cJSON *volume = NULL;
    cJSON_ArrayForEach (volume, json_get(pod, "spec", "volumes")) {
        if (is_made_anew(volume, "", PART_OBJECTS))
            return true;
    }
    return false;
}

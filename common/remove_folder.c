#include "common/remove_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"

/* Each level holds a descriptor; what lies deeper is moved up to the top and removed in a later pass. */
#define DEEPEST_LEVEL 64
/* A folder whose owner keeps filling it is given up after this many passes. */
#define MOST_PASSES 1000

struct removal {
    int top;
    dev_t device;
    unsigned long moved; /* number for the next folder that is moved up */
    bool again;          /* something was moved up: another pass */
    int failure;         /* errno of the first entry that could not be removed */
};

static void empty_folder(struct removal *removal, int folder, int level);

static void keep_failure(struct removal *removal)
{
    if (removal->failure == 0)
        removal->failure = errno;
}

static void move_up(struct removal *removal, int folder, const char *name)
{
    char moved[48];
    snprintf(moved, sizeof moved, ".removed-%d-%lu", (int)getpid(), removal->moved++);
    if (renameat(folder, name, removal->top, moved) < 0)
        keep_failure(removal);
    else
        removal->again = true;
}

static void remove_subfolder(struct removal *removal, int folder, const char *name, int level)
{
    if (level >= DEEPEST_LEVEL) {
        move_up(removal, folder, name);
        return;
    }
    AUTO_CLOSE int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0 && errno == EACCES && fchmodat(folder, name, S_IRWXU, 0) == 0)
        inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat about;
    if (inner >= 0 && fstat(inner, &about) == 0 && about.st_dev == removal->device) {
        (void)fchmod(inner, S_IRWXU); /* without write permission nothing can be removed from it */
        empty_folder(removal, inner, level + 1);
    }
    if (unlinkat(folder, name, AT_REMOVEDIR) < 0 && errno != ENOENT && !(removal->again && errno == ENOTEMPTY))
        keep_failure(removal);
}

static void empty_folder(struct removal *removal, int folder, int level)
{
    const int listed = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = listed < 0 ? NULL : fdopendir(listed);
    if (list == NULL) {
        keep_failure(removal);
        if (listed >= 0)
            close(listed);
        return;
    }
    const struct dirent *item;
    while ((item = readdir(list)) != NULL) {
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        struct stat about;
        if (fstatat(folder, item->d_name, &about, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (S_ISDIR(about.st_mode))
            remove_subfolder(removal, folder, item->d_name, level);
        else if (unlinkat(folder, item->d_name, 0) < 0 && errno != ENOENT)
            keep_failure(removal);
    }
    closedir(list);
}

/* Removes the folder `name` (one path component) of the folder `parent`. */
int remove_folder_at(int parent, const char *name, struct error *error)
{
    AUTO_CLOSE int top = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (top < 0)
        return errno == ENOENT ? 0 : error_set(error, "cannot open the folder %s to remove it: %s", name, strerror(errno));
    struct stat about;
    if (fstat(top, &about) < 0)
        return error_set(error, "cannot look at the folder %s: %s", name, strerror(errno));
    (void)fchmod(top, S_IRWXU);
    struct removal removal = {.top = top, .device = about.st_dev};
    for (int pass = 0; pass < MOST_PASSES; pass++) {
        removal.again = false;
        removal.failure = 0;
        empty_folder(&removal, top, 0);
        if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
            return 0;
        /* Not empty without a failure: something was moved up or made meanwhile. */
        if (errno != ENOTEMPTY || (removal.failure != 0 && !removal.again))
            break;
    }
    const int reason = removal.failure != 0 ? removal.failure : errno;
    return error_set(error, "cannot remove the folder %s: %s", name, strerror(reason));
}

int remove_folder(const char *path, struct error *error)
{
    AUTO_FREE char *for_parent = memory_copy_text(path);
    AUTO_FREE char *for_name = memory_copy_text(path);
    AUTO_CLOSE int parent = open(dirname(for_parent), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0)
        return errno == ENOENT ? 0 : error_set(error, "cannot open the folder that holds %s: %s", path, strerror(errno));
    const char *name = basename(for_name);
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "/") == 0)
        return error_set(error, "cannot remove %s: its last part is no name of a folder", path);
    return remove_folder_at(parent, name, error);
}

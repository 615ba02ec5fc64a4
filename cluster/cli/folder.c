#include "cluster/cli/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster/supervisor/supervisor.h"
#include "common/memory.h"

#define MARKER ".hpalab-cluster" /* made by supervisor_mark */

/* 1 = empty, 0 = not, -1 = cannot be read. */
static int folder_is_empty(const char *folder, struct error *error)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return error_set(error, "--folder: cannot read %s: %s", folder, strerror(errno));
    int empty = 1;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            empty = 0;
    }
    closedir(directory);
    return empty;
}

/* Holds the folder for this process; *lock is closed by its end. */
static int lock_folder(const char *folder, int *lock, struct error *error)
{
    *lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return error_set(error, "--folder: cannot open %s: %s", folder, strerror(errno));
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0) {
        close(*lock);
        return error_set(error, "--folder: %s is in use by another labcluster", folder);
    }
    return 0;
}

/* What a cluster left that could not clean up (the machine went down) is removed. */
static int empty_marked_folder(const char *folder, struct error *error)
{
    int lock = -1;
    AUTO_FREE char *marker = memory_format("%s/%s", folder, MARKER);
    struct stat about;
    if (lstat(marker, &about) != 0)
        return error_set(error, "--folder: %s is not empty and not a cluster's", folder);
    if (lock_folder(folder, &lock, error) != 0)
        return -1;
    int outcome = supervisor_clean_up(folder, error);
    close(lock);
    if (outcome == 0 && mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_set(error, "--folder: cannot make %s: %s", folder, strerror(errno));
    return outcome;
}

int cluster_folder_prepare(const char *folder, int *lock, struct error *error)
{
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_set(error, "--folder: cannot make %s: %s", folder, strerror(errno));
    int empty = folder_is_empty(folder, error);
    if (empty < 0 || (empty == 0 && empty_marked_folder(folder, error) != 0))
        return -1;
    if (chmod(folder, 0700) != 0)
        return error_set(error, "--folder: cannot protect %s: %s", folder, strerror(errno));
    if (lock_folder(folder, lock, error) != 0)
        return -1;
    return supervisor_mark(folder, error);
}

#include "cluster/kubelet/volume_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster/kubelet/pod_folder.h"
#include "common/remove_folder.h"

#define DATA_LINK "..data"
#define NEW_DATA_LINK "..data_tmp"
/* "..", then so many bytes of the content's digest in hexadecimal. */
#define DIGEST_BYTES 16
#define HIDDEN_NAME_SIZE (2 + 2 * DIGEST_BYTES + 1)

/* The hidden folder is named by what is in it: paths, modes and bytes. */
static void name_hidden_folder(const struct volume_files *files, char name[HIDDEN_NAME_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    (void)EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    for (size_t i = 0; i < files->count; i++) {
        const struct volume_file *file = &files->files[i];
        (void)EVP_DigestUpdate(context, file->path, strlen(file->path) + 1);
        (void)EVP_DigestUpdate(context, &file->mode, sizeof file->mode);
        (void)EVP_DigestUpdate(context, &file->length, sizeof file->length);
        (void)EVP_DigestUpdate(context, file->bytes, file->length);
    }
    (void)EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    (void)snprintf(name, 3, "..");
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        (void)snprintf(name + 2 + 2 * i, 3, "%02x", digest[i]);
}

/* Where a link of the folder leads; "" when it is none. */
static void read_link(int folder, const char *name, char target[PATH_MAX])
{
    const ssize_t length = readlinkat(folder, name, target, PATH_MAX - 1);
    target[length > 0 ? length : 0] = '\0';
}

static int write_hidden(int folder, const char *hidden, const struct volume_files *files, struct error *error)
{
    if (remove_folder_at(folder, hidden, error) < 0)
        return -1;
    AUTO_CLOSE int inner = pod_folder_open(folder, hidden, error);
    for (size_t i = 0; inner >= 0 && i < files->count; i++) {
        const struct volume_file *file = &files->files[i];
        if (pod_folder_write(inner, file->path, file->bytes, file->length, file->mode, error) < 0)
            return -1;
    }
    return inner < 0 ? -1 : 0;
}

static int switch_data(int folder, const char *hidden, struct error *error)
{
    if ((unlinkat(folder, NEW_DATA_LINK, 0) < 0 && errno != ENOENT) || symlinkat(hidden, folder, NEW_DATA_LINK) < 0 ||
        renameat(folder, NEW_DATA_LINK, folder, DATA_LINK) < 0)
        return error_set(error, "cannot link " DATA_LINK ": %s", strerror(errno));
    return 0;
}

/* What people see of a file: the first part of its path. */
static char *visible_name(const struct volume_file *file)
{
    const char *path = file->path + strspn(file->path, "/");
    return memory_copy_bytes(path, strcspn(path, "/"));
}

static int link_names(int folder, const struct volume_files *files, struct error *error)
{
    for (size_t i = 0; i < files->count; i++) {
        AUTO_FREE char *name = visible_name(&files->files[i]);
        AUTO_FREE char *target = memory_format(DATA_LINK "/%s", name);
        if (symlinkat(target, folder, name) < 0 && errno != EEXIST)
            return error_set(error, "cannot link the file %.200s: %s", name, strerror(errno));
    }
    return 0;
}

static bool is_visible(const struct volume_files *files, const char *wanted)
{
    for (size_t i = 0; i < files->count; i++) {
        AUTO_FREE char *name = visible_name(&files->files[i]);
        if (strcmp(name, wanted) == 0)
            return true;
    }
    return false;
}

/* Takes away the links of names that are no longer among the files. */
static void unlink_others(int folder, const struct volume_files *files)
{
    char target[PATH_MAX];
    const int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry = NULL;
    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        read_link(folder, entry->d_name, target);
        if (strncmp(target, DATA_LINK "/", sizeof DATA_LINK) == 0 && !is_visible(files, entry->d_name))
            (void)unlinkat(folder, entry->d_name, 0);
    }
    if (listing != NULL)
        (void)closedir(listing);
    else if (copy >= 0)
        (void)close(copy);
}

int volume_files_write(int folder, const struct volume_files *files, struct error *error)
{
    char hidden[HIDDEN_NAME_SIZE];
    char before[PATH_MAX];
    name_hidden_folder(files, hidden);
    read_link(folder, DATA_LINK, before);
    if (strcmp(before, hidden) == 0)
        return 0;
    if (write_hidden(folder, hidden, files, error) < 0 || switch_data(folder, hidden, error) < 0 ||
        link_names(folder, files, error) < 0)
        return -1;
    unlink_others(folder, files);
    /* Only a folder of ours: the pod may have put anything into the link. */
    if (strlen(before) == HIDDEN_NAME_SIZE - 1 && strncmp(before, "..", 2) == 0 && strchr(before, '/') == NULL)
        return remove_folder_at(folder, before, error);
    return 0;
}

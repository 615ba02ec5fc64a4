#include "apps/memapp/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/memory.h"

static int look(struct mapping *mapping, int file, const char *path, struct error *error)
{
    struct stat status;
    if (fstat(file, &status) < 0)
        return error_set(error, "cannot look at %s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return error_set(error, "%s is no regular file", path);
    mapping->file_bytes = status.st_size;
    mapping->device = status.st_dev;
    mapping->inode = status.st_ino;
    return 0;
}

static void *map(enum map_mode mode, size_t size, int file)
{
    switch (mode) {
    case MAP_MODE_PRIVATE:
        return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    case MAP_MODE_SHARED:
        return mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
    case MAP_MODE_ANONYMOUS:
        return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    errno = EINVAL;
    return MAP_FAILED;
}

/* The kernel has taken the pages beyond the new end of a file that shrank. */
static int explain_untouched(struct mapping *mapping, int file, const char *path, int reason, struct error *error)
{
    struct stat status;
    int64_t before = mapping->file_bytes;
    if (fstat(file, &status) < 0 || status.st_size >= before)
        return error_set(error, "only %zu of the %zu bytes mapped of %s could be touched: %s", mapping->touched, mapping->size,
                         path, strerror(reason));
    mapping->file_bytes = status.st_size;
    if ((int64_t)mapping->touched > status.st_size)
        mapping->touched = (size_t)status.st_size;
    return error_set(error, "%s shrank from %lld to %lld bytes while it was mapped", path, (long long)before,
                     (long long)status.st_size);
}

int mapping_open(struct mapping *mapping, const char *path, enum map_mode mode, int64_t maximum, struct toucher *toucher,
                 const atomic_bool *stop, struct error *error)
{
    *mapping = (struct mapping){.data = NULL};
    /* Opening a pipe or a device must not wait. */
    AUTO_CLOSE int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return error_set(error, "cannot open %s: %s", path, strerror(errno));
    if (look(mapping, file, path, error) < 0)
        return -1;
    size_t size = (size_t)(mapping->file_bytes < maximum ? mapping->file_bytes : maximum);
    if (size == 0)
        return 0;
    void *data = map(mode, size, file);
    if (data == MAP_FAILED)
        return error_set(error, "cannot map %zu bytes of %s: %s", size, path, strerror(errno));
    mapping->data = data;
    mapping->size = size;
    mapping->touched = toucher_touch(toucher, data, size, mode != MAP_MODE_SHARED, stop);
    int reason = errno;
    if (mapping->touched < size && !atomic_load(stop))
        return explain_untouched(mapping, file, path, reason, error);
    return 0;
}

void mapping_close(struct mapping *mapping)
{
    if (mapping->data != NULL)
        (void)munmap(mapping->data, mapping->size);
    *mapping = (struct mapping){.data = NULL};
}

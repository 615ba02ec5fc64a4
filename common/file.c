#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/memory.h"

char *file_read(const char *path, size_t maximum, size_t *length, struct error *error)
{
    AUTO_CLOSE int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) < 0) {
        (void)error_set(error, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        (void)error_set(error, "%s: expected a regular file", path);
        return NULL;
    }
    AUTO_BUFFER struct buffer bytes = {0};
    buffer_init(&bytes, maximum);
    for (;;) {
        char chunk[16384];
        ssize_t got = read(descriptor, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            (void)error_set(error, "%s: %s", path, strerror(errno));
            return NULL;
        }
        if (got == 0)
            break;
        if (buffer_append(&bytes, chunk, (size_t)got) < 0) {
            (void)error_set(error, "%s: larger than %zu bytes", path, maximum);
            return NULL;
        }
    }
    if (length != NULL)
        *length = bytes.length;
    return buffer_steal(&bytes);
}

static int write_all(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        length -= (size_t)written;
    }
    return fsync(descriptor);
}

int file_write(const char *path, const void *bytes, size_t length, mode_t mode, struct error *error)
{
    AUTO_FREE char *beside = memory_format("%s.%ld.tmp", path, (long)getpid());
    AUTO_CLOSE int descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (descriptor < 0)
        return error_set(error, "%s: %s", beside, strerror(errno));
    if (write_all(descriptor, bytes, length) < 0 || rename(beside, path) < 0) {
        int code = errno;
        (void)unlink(beside);
        return error_set(error, "%s: %s", path, strerror(code));
    }
    return 0;
}

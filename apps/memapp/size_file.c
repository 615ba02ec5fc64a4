#include "apps/memapp/size_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"

#define FILE_MODE 0644

/* 0 or an error number. */
static int write_zeros(const char *path, int64_t bytes)
{
    AUTO_CLOSE int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (file < 0)
        return errno;
    return bytes == 0 ? 0 : posix_fallocate(file, 0, bytes);
}

int size_file_write(const char *path, int64_t bytes, struct error *error)
{
    AUTO_FREE char *beside = memory_format("%s.tmp", path);
    (void)unlink(beside);
    int reason = write_zeros(beside, bytes);
    if (reason != 0)
        (void)error_set(error, "cannot write %lld bytes to %s: %s", (long long)bytes, beside, strerror(reason));
    else if (rename(beside, path) == 0)
        return 0;
    else
        (void)error_set(error, "cannot rename %s to %s: %s", beside, path, strerror(errno));
    (void)unlink(beside);
    return -1;
}

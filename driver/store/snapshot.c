#include "driver/store/snapshot.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/memory.h"
#include "driver/store/database.h"

#define LONGEST_URI 65536
#define COPY_STEP (1 << 20)

char *snapshot_uri(const char *path, const char *parameters)
{
    struct buffer uri;
    buffer_init(&uri, LONGEST_URI);
    buffer_append_text(&uri, "file:");
    for (const unsigned char *at = (const unsigned char *)path; *at != '\0'; at++) {
        if (isalnum(*at) || strchr("/._-", *at) != NULL)
            buffer_append_character(&uri, (char)*at);
        else
            buffer_append_format(&uri, "%%%02x", *at);
    }
    buffer_append_format(&uri, "?%s", parameters);
    return buffer_steal(&uri);
}

bool snapshot_has_log(const char *path)
{
    struct stat status;
    AUTO_FREE char *log = memory_format("%s-wal", path);
    return stat(log, &status) == 0 && status.st_size > 0;
}

static int copy_file(const char *from, const char *to, struct error *error)
{
    AUTO_CLOSE int source = open(from, O_RDONLY | O_CLOEXEC);
    if (source < 0)
        return error_set(error, "cannot read %s: %s", from, strerror(errno));
    AUTO_CLOSE int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (target < 0)
        return error_set(error, "cannot make %s: %s", to, strerror(errno));
    ssize_t copied;
    do {
        copied = sendfile(target, source, NULL, COPY_STEP);
    } while (copied > 0 || (copied < 0 && errno == EINTR));
    if (copied < 0)
        return error_set(error, "cannot copy %s to %s: %s", from, to, strerror(errno));
    return 0;
}

char *snapshot_copy(const char *path, struct error *error)
{
    const char *parent = getenv("TMPDIR");
    AUTO_FREE char *folder = memory_format("%s/hpalab-run-XXXXXX", parent != NULL && *parent != '\0' ? parent : "/tmp");
    if (mkdtemp(folder) == NULL) {
        error_set(error, "cannot make folder %s: %s", folder, strerror(errno));
        return NULL;
    }
    AUTO_FREE char *log = memory_format("%s-wal", path);
    AUTO_FREE char *file_copy = memory_format("%s/" DATABASE_FILE, folder);
    AUTO_FREE char *log_copy = memory_format("%s/" DATABASE_FILE "-wal", folder);
    if (copy_file(path, file_copy, error) < 0 || copy_file(log, log_copy, error) < 0) {
        snapshot_remove(folder);
        return NULL;
    }
    return steal_pointer(&folder);
}

void snapshot_remove(const char *folder)
{
    if (folder == NULL)
        return;
    static const char *const names[] = {DATABASE_FILE, DATABASE_FILE "-wal", DATABASE_FILE "-shm"};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        AUTO_FREE char *file = memory_format("%s/%s", folder, names[index]);
        unlink(file);
    }
    rmdir(folder);
}

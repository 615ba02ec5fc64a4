#include "apps/memapp/touch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/memory.h"

#define BATCH 1024 /* pages a call; also Linux's limit of parts a call */

struct toucher {
    int bytes; /* a file in memory of BATCH bytes, which are copied to the pages or overwritten from them */
    size_t page;
    struct iovec parts[BATCH];
};

struct toucher *toucher_create(struct error *error)
{
    struct toucher *toucher = memory_allocate(1, sizeof *toucher);
    toucher->page = (size_t)sysconf(_SC_PAGESIZE);
    toucher->bytes = memfd_create("touch", MFD_CLOEXEC);
    if (toucher->bytes >= 0 && ftruncate(toucher->bytes, BATCH) == 0)
        return toucher;
    (void)error_set(error, "cannot make a file in memory: %s", strerror(errno));
    toucher_destroy(toucher);
    return NULL;
}

void toucher_destroy(struct toucher *toucher)
{
    if (toucher == NULL)
        return;
    if (toucher->bytes >= 0)
        (void)close(toucher->bytes);
    free(toucher);
}

/* Touches pages from data on; returns how many, which is fewer than count when the next one cannot be had. */
static size_t touch_batch(struct toucher *toucher, char *data, size_t count, bool write)
{
    for (size_t i = 0; i < count; i++)
        toucher->parts[i] = (struct iovec){.iov_base = data + i * toucher->page, .iov_len = 1};
    ssize_t copied =
        write ? preadv(toucher->bytes, toucher->parts, (int)count, 0) : pwritev(toucher->bytes, toucher->parts, (int)count, 0);
    return copied > 0 ? (size_t)copied : 0;
}

size_t toucher_touch(struct toucher *toucher, void *data, size_t size, bool write, const atomic_bool *stop)
{
    size_t pages = size / toucher->page + (size % toucher->page != 0);
    size_t touched = 0;
    while (touched < pages && !atomic_load(stop)) {
        size_t count = pages - touched < BATCH ? pages - touched : BATCH;
        size_t done = touch_batch(toucher, (char *)data + touched * toucher->page, count, write);
        if (done == 0)
            break;
        touched += done;
    }
    return touched < pages ? touched * toucher->page : size;
}

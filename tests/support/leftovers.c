#include "tests/support/leftovers.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"

#define LINK_SIZE 4096
#define PROC_MAXIMUM (1 << 20)
#define WAIT_STEP (50 * NANOSECONDS_PER_MILLISECOND)

static bool file_holds(const char *process, const char *name, const char *mark)
{
    AUTO_FREE char *path = memory_format("/proc/%s/%s", process, name);
    size_t length = 0;
    AUTO_FREE char *bytes = file_read(path, PROC_MAXIMUM, &length, NULL);
    return bytes != NULL && memmem(bytes, length, mark, strlen(mark)) != NULL;
}

static bool link_holds(const char *process, const char *name, const char *mark)
{
    char target[LINK_SIZE];
    AUTO_FREE char *path = memory_format("/proc/%s/%s", process, name);
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    return strstr(target, mark) != NULL;
}

static bool carries(const char *process, const char *mark)
{
    return file_holds(process, "cmdline", mark) || file_holds(process, "environ", mark) || link_holds(process, "cwd", mark) ||
           link_holds(process, "root", mark);
}

static void describe(const char *process, char *text, size_t size)
{
    AUTO_FREE char *path = memory_format("/proc/%s/comm", process);
    AUTO_FREE char *name = file_read(path, PROC_MAXIMUM, NULL, NULL);
    size_t used = strlen(text);
    if (used < size)
        (void)snprintf(text + used, size - used, "%s%s %.*s", used > 0 ? ", " : "", process,
                       name != NULL ? (int)strcspn(name, "\n") : 4, name != NULL ? name : "gone");
}

size_t test_leftovers(const char *mark, char *text, size_t size)
{
    size_t count = 0;
    DIR *folder = opendir("/proc");
    assert_non_null(folder);
    const struct dirent *entry = NULL;
    text[0] = '\0';
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[strspn(entry->d_name, "0123456789")] != '\0' || atoi(entry->d_name) == getpid())
            continue;
        if (!carries(entry->d_name, mark))
            continue;
        count++;
        describe(entry->d_name, text, size);
    }
    (void)closedir(folder);
    return count;
}

bool test_no_leftovers(const char *mark, double seconds)
{
    char text[512];
    int64_t deadline = clock_monotonic() + (int64_t)(seconds * (double)NANOSECONDS_PER_SECOND);
    while (test_leftovers(mark, text, sizeof text) > 0) {
        if (clock_monotonic() >= deadline) {
            print_error("left behind: %s\n", text);
            return false;
        }
        clock_sleep_until(clock_monotonic() + WAIT_STEP);
    }
    return true;
}

#include "tests/support/folder.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "common/memory.h"

#define FILE_MAXIMUM ((size_t)16 << 20)
#define OPEN_FOLDERS 16

char *test_folder_create(void)
{
    const char *parent = getenv("TMPDIR");
    char *path = memory_format("%s/hpalab-test-XXXXXX", parent == NULL || parent[0] == '\0' ? "/tmp" : parent);
    if (mkdtemp(path) == NULL)
        fail_msg("cannot make the folder %s", path);
    return path;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *position)
{
    (void)status;
    (void)type;
    (void)position;
    (void)remove(path);
    return 0;
}

void test_folder_remove(const char *path)
{
    if (path != NULL)
        (void)nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

char *test_folder_read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    struct buffer text;
    char chunk[4096];
    size_t length;
    buffer_init(&text, FILE_MAXIMUM);
    while ((length = fread(chunk, 1, sizeof chunk, file)) > 0 && buffer_append(&text, chunk, length) == 0)
        continue;
    (void)fclose(file);
    return buffer_steal(&text);
}

void test_folder_write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        fail_msg("cannot write %s", path);
}

#include "cluster/supervisor/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/memory.h"

/* Chains of parents longer than this are cut: processes that end while the table is read could otherwise form a ring. */
#define LONGEST_CHAIN 4096

static bool read_entry(int proc, const char *name, struct process_entry *entry)
{
    char path[64];
    char text[512];
    snprintf(path, sizeof path, "%.20s/stat", name);
    AUTO_CLOSE int file = openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    const ssize_t length = read(file, text, sizeof text - 1);
    if (length <= 0)
        return false;
    text[length] = '\0';
    /* The command may hold spaces and brackets; the fields follow its last bracket. */
    const char *fields = strrchr(text, ')');
    int parent = 0, session = 0;
    if (fields == NULL || sscanf(fields + 1, " %c %d %*d %d", &entry->state, &parent, &session) != 3)
        return false;
    entry->pid = (pid_t)strtol(name, NULL, 10);
    entry->parent = parent;
    entry->session = session;
    return true;
}

static int compare_entries(const void *left, const void *right)
{
    const struct process_entry *a = left, *b = right;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

void process_table_read(struct process_table *table)
{
    *table = (struct process_table){0};
    DIR *folder = opendir("/proc");
    if (folder == NULL)
        return;
    size_t capacity = 0;
    const struct dirent *item;
    while ((item = readdir(folder)) != NULL) {
        struct process_entry entry;
        if (item->d_name[0] < '1' || item->d_name[0] > '9' || !read_entry(dirfd(folder), item->d_name, &entry))
            continue;
        if (table->count == capacity) {
            capacity = capacity == 0 ? 256 : capacity * 2;
            table->entries = memory_resize(table->entries, capacity, sizeof *table->entries);
        }
        table->entries[table->count++] = entry;
    }
    closedir(folder);
    if (table->count > 0)
        qsort(table->entries, table->count, sizeof *table->entries, compare_entries);
}

void process_table_release(struct process_table *table)
{
    free(table->entries);
    *table = (struct process_table){0};
}

static const struct process_entry *find(const struct process_table *table, pid_t pid)
{
    const struct process_entry key = {.pid = pid};
    if (table->count == 0)
        return NULL;
    return bsearch(&key, table->entries, table->count, sizeof key, compare_entries);
}

bool process_table_is_below(const struct process_table *table, pid_t pid, pid_t ancestor)
{
    const struct process_entry *entry = find(table, pid);
    for (int step = 0; entry != NULL && step < LONGEST_CHAIN; step++) {
        if (entry->parent == ancestor)
            return true;
        entry = find(table, entry->parent);
    }
    return false;
}

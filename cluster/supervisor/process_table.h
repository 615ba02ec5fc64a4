/*
 * Who is whose child on this machine, read from /proc at one moment. Processes come and go meanwhile: a snapshot is a
 * hint, and whoever ends processes by it looks again until nothing is left.
 */
#ifndef CLUSTER_SUPERVISOR_PROCESS_TABLE_H
#define CLUSTER_SUPERVISOR_PROCESS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process_entry {
    pid_t pid;
    pid_t parent;
    pid_t session;
    char state; /* as /proc/PID/stat gives it: 'R', 'S', 'T', 'Z', ... */
};

struct process_table {
    struct process_entry *entries; /* ordered by pid */
    size_t count;
};

/* Release with process_table_release. An unreadable /proc gives an empty table. */
void process_table_read(struct process_table *table);
void process_table_release(struct process_table *table);

/* Whether ancestor is among the parents of pid (a process is not below itself). */
bool process_table_is_below(const struct process_table *table, pid_t pid, pid_t ancestor);

#endif

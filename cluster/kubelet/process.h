/*
 * Starting one container's process: a session of its own, a clean environment, nothing inherited but its output, dead
 * when the starting thread dies, preferred by the kernel when memory runs out, without core dumps.
 */
#ifndef CLUSTER_KUBELET_PROCESS_H
#define CLUSTER_KUBELET_PROCESS_H

#include <sys/resource.h>
#include <sys/types.h>

#include "common/error.h"

struct process_start {
    const char *program;      /* path of the program's file */
    char *const *arguments;   /* NULL-terminated; arguments[0] is what the program sees as its name */
    char *const *environment; /* NULL-terminated */
    int working_folder;       /* descriptor */
    int output;               /* descriptor that becomes standard output and standard error */
    rlim_t open_files;        /* soft limit; labcluster raises its own for the service proxy's connections */
};

/* Returns the process, which runs the program already, with *pidfd (close-on-exec) for it. -1 with an error that
 * begins with what went wrong in the child, such as "No such file or directory". The caller reaps it by the pidfd. */
pid_t process_spawn(const struct process_start *start, int *pidfd, struct error *error);

#endif

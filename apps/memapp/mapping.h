/*
 * One look at the file, and what is held in memory of it afterwards.
 */
#ifndef MEMAPP_MAPPING_H
#define MEMAPP_MAPPING_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "apps/memapp/touch.h"
#include "common/error.h"

/* How the file becomes memory. Which kind counts in a pod's working set differs between kernels, but for the first and the
 * last, whose pages belong to the process alone. */
enum map_mode {
    MAP_MODE_PRIVATE,  /* the file is mapped privately and each page written */
    MAP_MODE_SHARED,   /* the file is mapped shared and each page read */
    MAP_MODE_ANONYMOUS /* memory of the file's size is mapped and each page written */
};

struct mapping {
    void *data; /* NULL: nothing is mapped */
    size_t size;
    size_t touched;     /* bytes; fewer than size when the file shrank meanwhile */
    int64_t file_bytes; /* 0 when the file could not be looked at */
    dev_t device;
    ino_t inode;
};

/* Looks at the file and maps and touches its first maximum bytes; an empty file is no error and maps nothing. Until stop
 * becomes true. -1: the error names the file; close the mapping all the same, it may hold the pages that could be touched.
 * No descriptor stays open. */
int mapping_open(struct mapping *mapping, const char *path, enum map_mode mode, int64_t maximum, struct toucher *toucher,
                 const atomic_bool *stop, struct error *error);

/* Unmaps. Harmless on a zeroed struct and when called twice. */
void mapping_close(struct mapping *mapping);

#endif

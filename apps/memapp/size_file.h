/*
 * Gives the file another size, in one step as readers see it.
 */
#ifndef MEMAPP_SIZE_FILE_H
#define MEMAPP_SIZE_FILE_H

#include <stdint.h>

#include "common/error.h"

/* Makes a file of zeros beside path (PATH.tmp; what is there is removed) and renames it to path. The space is taken, not
 * only promised. -1: the error names the file, and nothing has changed. For one thread at a time. */
int size_file_write(const char *path, int64_t bytes, struct error *error);

#endif

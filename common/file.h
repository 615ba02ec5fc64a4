/*
 * Whole small files: read into memory, written so that a reader sees the old or the new text and nothing between.
 */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "common/error.h"

/* The file's bytes with a NUL behind them, which the caller frees; length may be NULL. NULL with an error that names
 * the path: unreadable, no regular file, or larger than maximum bytes. */
char *file_read(const char *path, size_t maximum, size_t *length, struct error *error);

/* Writes to a name beside path, makes it durable, and renames it to path. */
int file_write(const char *path, const void *bytes, size_t length, mode_t mode, struct error *error);

#endif

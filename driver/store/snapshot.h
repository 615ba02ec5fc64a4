/*
 * Runs on media that cannot be written: SQLite replays a write-ahead log only where it may write, so such a run is read
 * from a private copy.
 */
#ifndef DRIVER_STORE_SNAPSHOT_H
#define DRIVER_STORE_SNAPSHOT_H

#include <stdbool.h>

#include "common/error.h"

/* "file:PATH?parameters" with the path escaped; the caller frees it. */
char *snapshot_uri(const char *path, const char *parameters);

/* True when a write-ahead log with anything in it lies beside the file. */
bool snapshot_has_log(const char *path);

/* Copies the file and its log into a new folder (0700) under TMPDIR; NULL on failure. The caller frees the name. */
char *snapshot_copy(const char *path, struct error *error);

/* Deletes such a folder; NULL is fine. */
void snapshot_remove(const char *folder);

#endif

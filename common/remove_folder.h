/*
 * Removes folders that hold what strangers made: symbolic links are removed, never followed, other file systems are
 * not entered, and no depth of nesting uses up descriptors.
 */
#ifndef COMMON_REMOVE_FOLDER_H
#define COMMON_REMOVE_FOLDER_H

#include "common/error.h"

/* Removes the folder `name` (one path component) of the folder `parent` with everything in it. Nothing there: 0. */
int remove_folder_at(int parent, const char *name, struct error *error);

/* The same for a path whose last component is the folder. */
int remove_folder(const char *path, struct error *error);

#endif

/*
 * Removes folders that hold what strangers made: symbolic links are removed, never followed, other file systems are
 * not entered, and no depth of nesting uses up descriptors.
 */
#ifndef COMMON_REMOVE_FOLDER_H
#define COMMON_REMOVE_FOLDER_H

#include "common/error.h"

/* Removes the folder with everything in it. Nothing there: 0. */
int remove_folder(const char *path, struct error *error);

#endif

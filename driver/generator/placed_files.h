/*
 * Files that came with a plan, where the engine can open them: in memory, never on a disk.
 */
#ifndef DRIVER_GENERATOR_PLACED_FILES_H
#define DRIVER_GENERATOR_PLACED_FILES_H

#include "driver/wire/wire_plan.h"

#define PLACED_FILES_MOST 3

struct placed_files {
    int descriptors[PLACED_FILES_MOST]; /* -1 = there is none */
};

/* Gives the load's tls the paths of the files that came with it. Release, after an error too, with placed_files_release. */
int placed_files_create(struct wire_load *load, struct placed_files *placed, struct error *error);

/* The paths lead nowhere from now on. */
void placed_files_release(struct placed_files *placed);

#endif

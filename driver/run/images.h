/*
 * Images of the embedded cluster that a user brings: a program each, in a folder of the running cluster
 * (common/image_reference.h). What `kind load docker-image` is on kind.
 */
#ifndef DRIVER_RUN_IMAGES_H
#define DRIVER_RUN_IMAGES_H

#include "common/error.h"
#include "common/json.h"

/* cluster_folder: of the running cluster. Copies the program, mode 0755, in place of what was loaded under that name before;
 * a container that starts meanwhile gets the old or the new one, whole. Processes that run keep what they run. */
int images_load(const char *cluster_folder, const char *reference, const char *program, struct error *error);

int images_remove(const char *cluster_folder, const char *reference, struct error *error);

/* An array of {"name", "program", "bytes"} in the order of the names, which the caller deletes. NULL with an error. */
cJSON *images_list(const char *cluster_folder, struct error *error);

#endif

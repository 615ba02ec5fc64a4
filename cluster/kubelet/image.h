/*
 * The one image of this cluster, hpalab:VERSION: its programs are the files of a folder.
 */
#ifndef CLUSTER_KUBELET_IMAGE_H
#define CLUSTER_KUBELET_IMAGE_H

#include <stdbool.h>

#include "common/error.h"

#define IMAGE_NAME_SIZE 128

/* Whether it is the image that is present, with or without the default registry's prefix. */
bool image_is_present(const char *image);

/* "docker.io/library/hpalab:VERSION", as a container's status shows it. */
const char *image_full_name(void);

/* "sha256:..." of the image, the same for one version. Writes 72 bytes; returns text. */
char *image_identity(char text[72]);

/* Path of a program of the image, which the caller frees; NULL with the runtime's words when there is none of that
 * name: the name must be plain, and the file below folder be regular and executable. */
char *image_find_program(const char *folder, const char *name, struct error *error);

#endif

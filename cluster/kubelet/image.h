/*
 * The images that are there: hpalab:VERSION, whose programs are the files of a folder, and those of one program each that
 * `hpalab image load` brought (common/image_reference.h says where they lie). There is no registry: an image that is not
 * there can only be loaded.
 */
#ifndef CLUSTER_KUBELET_IMAGE_H
#define CLUSTER_KUBELET_IMAGE_H

#include <stdbool.h>

#include "common/error.h"
#include "common/image_reference.h"
#include "common/json.h"

/* Where images lie. */
struct image_source {
    const char *program_folder; /* of hpalab:VERSION */
    const char *image_folder;   /* of the others; need not be there; NULL = there are none */
};

struct image {
    char name[IMAGE_REFERENCE_SIZE]; /* full, as a container's status shows it */
    char *folder;                    /* of its programs */
    char *program;                   /* what runs when the container has no command; NULL = nothing does */
};

enum image_presence { IMAGE_PRESENT, IMAGE_ABSENT, IMAGE_INVALID /* its name is no reference */ };

/* Release the image with image_release, whatever the answer. */
enum image_presence image_find(const struct image_source *source, const char *reference, struct image *image);
void image_release(struct image *image);

/* The images as a Node's status lists them; the caller deletes the array. */
cJSON *image_list(const struct image_source *source);

/* "sha256:..." of a full name, always the same. Writes 72 bytes; returns text. */
char *image_identity(const char *name, char text[72]);

/* Path of a program in an image's folder, which the caller frees; NULL with the runtime's words when there is none of that
 * name: the name must be plain, and the file below folder be regular and executable. */
char *image_find_program(const char *folder, const char *name, struct error *error);

#endif

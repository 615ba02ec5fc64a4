/*
 * Names of container images, as container runtimes read them, and where the embedded cluster keeps an image: its program
 * is the one file of the folder images/NAME in the cluster's folder, where NAME is the full reference with commas in place
 * of slashes. `hpalab image` writes there, labcluster's kubelet reads.
 */
#ifndef COMMON_IMAGE_REFERENCE_H
#define COMMON_IMAGE_REFERENCE_H

#include "common/error.h"

#define IMAGE_REFERENCE_SIZE 256

/* "web:1" -> "docker.io/library/web:1", "me/web" -> "docker.io/me/web:latest"; a digest stays. -1: "invalid reference
 * format". */
int image_reference_complete(const char *text, char full[IMAGE_REFERENCE_SIZE], struct error *error);

/* To the name of its folder and back. */
void image_reference_to_folder(const char *full, char folder[IMAGE_REFERENCE_SIZE]);
void image_reference_from_folder(const char *folder, char full[IMAGE_REFERENCE_SIZE]);

#endif

/*
 * A pod's own root folder: working directory of its containers, with its volumes as folders in it. Every path that a
 * pod names is taken from that root: a leading slash means the root, ".." is refused, symbolic links are not followed.
 */
#ifndef CLUSTER_KUBELET_POD_FOLDER_H
#define CLUSTER_KUBELET_POD_FOLDER_H

#include <sys/types.h>

#include "cluster/kubelet/volume_content.h"
#include "common/error.h"
#include "common/json.h"

/* Opens (and makes, with all folders on the way) a folder below root. Returns a descriptor, or -1. */
int pod_folder_open(int root, const char *path, struct error *error);

/* Writes a file below root with exactly this mode, in place of one that is there: a reader sees the old one or the new.
 * Folders on the way are made. */
int pod_folder_write(int root, const char *path, const char *bytes, size_t length, mode_t mode, struct error *error);

/* Makes every volume that a container mounts, at its mountPath below root: emptyDir (one folder for all mounts of the
 * volume: the first is the folder, others are links to it), those with content (volume_content.h; with a subPath one
 * of the files) and persistentVolumeClaim (a link to the claim's folder, or with a subPath to one in it). Other kinds fail with a
 * message that says so. *volume is the name of the volume that failed. */
int pod_folder_mount(int root, const struct volume_source *source, const char **volume, struct error *error);

/* Makes volumes of a running pod anew, but for subPaths: those with service account tokens, with fresh ones, or the others
 * with content, from the present objects. */
int pod_folder_refresh(int root, const struct volume_source *source, bool tokens, const char **volume, struct error *error);

/* Whether the pod has volumes of those others. */
bool pod_folder_has_objects(const cJSON *pod);

#endif

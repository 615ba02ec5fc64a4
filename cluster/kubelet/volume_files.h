/*
 * The files of a volume in its folder, laid out as the kubelet does: they are in a hidden folder of their own, `..data` is a link
 * to it, and each name that people see is a link through `..data`. A new content appears as a whole, by one rename of `..data`.
 */
#ifndef CLUSTER_KUBELET_VOLUME_FILES_H
#define CLUSTER_KUBELET_VOLUME_FILES_H

#include "cluster/kubelet/volume_content.h"

/* Makes the files those of the folder, in place of the ones that were written before; the same files as before change nothing.
 * What others put into the folder stays. */
int volume_files_write(int folder, const struct volume_files *files, struct error *error);

#endif

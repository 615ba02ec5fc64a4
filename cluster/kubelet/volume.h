/*
 * The data of PersistentVolumes: a folder each below the kubelet's own, which outlives the pods that use it.
 */
#ifndef CLUSTER_KUBELET_VOLUME_H
#define CLUSTER_KUBELET_VOLUME_H

#include "cluster/api/store.h"
#include "common/error.h"

/* The folder of the volume that a claim is bound to, made when it is not there; the caller frees the whole path. NULL while the
 * claim is not there or not bound. */
char *volume_folder_of_claim(struct store *store, const char *root_folder, const char *namespace, const char *claim,
                             struct error *error);

/* The path of a volume's folder, there or not; the caller frees it. */
char *volume_folder_path(const char *root_folder, const char *volume);

/* Removes a volume's folder and all in it. Nothing there: 0. */
int volume_folder_remove(const char *root_folder, const char *volume, struct error *error);

#endif

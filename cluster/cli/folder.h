/*
 * The cluster's own folder, before anything is in it.
 */
#ifndef CLUSTER_CLI_FOLDER_H
#define CLUSTER_CLI_FOLDER_H

#include "common/error.h"

/* Makes the folder, or takes it when it is empty or holds what a cluster left; nobody else may read it. It is marked as a
 * cluster's, and held for this process until *lock is closed. */
int cluster_folder_prepare(const char *folder, int *lock, struct error *error);

#endif

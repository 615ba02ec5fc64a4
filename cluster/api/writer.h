/*
 * Who writes on this thread: named in metadata.managedFields of what it writes through the registry. The HTTP front says it
 * for each request, a component of the cluster once for its thread.
 */
#ifndef CLUSTER_API_WRITER_H
#define CLUSTER_API_WRITER_H

#include <stdbool.h>

/* As Kubernetes limits a field manager's name. */
#define WRITER_NAME_MAXIMUM 128

/* A writer before it said who it is is the kube-controller-manager; one with the name "" is "unknown". dry_run: everything
 * happens but the storing. */
void writer_set(const char *manager, bool dry_run);
void writer_forget(void);

/* Belongs to the thread. */
const char *writer_manager(void);
bool writer_is_dry(void);

#endif

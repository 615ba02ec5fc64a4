/*
 * The process that outlives nothing. Called first in main, while there is one thread: forks; the parent becomes the
 * supervisor (single-threaded, a child subreaper), the child returns and goes on as the cluster.
 *
 * When the cluster process is gone, however it ended, the supervisor kills every process below it, removes the folder
 * and ends with the cluster's exit status. When the supervisor is killed, the cluster sees it on the returned
 * descriptor and ends itself. SIGTERM and SIGINT to the supervisor are passed on.
 */
#ifndef CLUSTER_SUPERVISOR_SUPERVISOR_H
#define CLUSTER_SUPERVISOR_SUPERVISOR_H

#include "common/error.h"

/* folder: removed with everything in it at the end; it must hold the marker file that supervisor_mark makes, else it is
 * left alone. Returns in the child with *lifeline readable (end of file) when the supervisor is gone; -1 = error. */
int supervisor_split(const char *folder, int *lifeline, struct error *error);

/* Marks a folder as the cluster's own. */
int supervisor_mark(const char *folder, struct error *error);

#endif

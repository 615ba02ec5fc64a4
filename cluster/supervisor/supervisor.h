/*
 * The process that outlives nothing. Called first in main, while there is one thread: forks; the parent becomes the
 * supervisor (single-threaded, a child subreaper), the child returns and goes on as the cluster.
 *
 * When the cluster process is gone, however it ended, the supervisor kills every process below it, removes the folder
 * and ends with the cluster's exit status (128 + the signal when one ended it). When the supervisor is killed, the
 * cluster gets SIGTERM and sees it on the returned descriptor too; it then ends itself and cleans up with
 * supervisor_clean_up. SIGTERM, SIGINT, SIGHUP and SIGQUIT to the supervisor are passed on (those that a terminal
 * sends to the whole group reach the cluster by themselves).
 */
#ifndef CLUSTER_SUPERVISOR_SUPERVISOR_H
#define CLUSTER_SUPERVISOR_SUPERVISOR_H

#include "common/error.h"

/* folder: removed with everything in it at the end; it must hold the marker file that supervisor_mark makes, else it is
 * left alone. Returns in the child with *lifeline readable (end of file) when the supervisor is gone; -1 = error.
 * SIGTERM, SIGINT, SIGHUP and SIGQUIT are blocked in the child then: it takes them by sigwait or signalfd, so that none is
 * early. */
int supervisor_split(const char *folder, int *lifeline, struct error *error);

/* Marks a folder as the cluster's own. */
int supervisor_mark(const char *folder, struct error *error);

/* What the supervisor does at the end, for a cluster whose supervisor was killed: ends every process below the calling
 * one (within seconds) and removes the folder when it is marked. Call it last, with the other threads joined. */
int supervisor_clean_up(const char *folder, struct error *error);

#endif

/*
 * A write to a connection that the peer has closed must not end the program: TLS libraries write without MSG_NOSIGNAL.
 */
#ifndef KUBE_BROKEN_PIPE_H
#define KUBE_BROKEN_PIPE_H

#include <signal.h>

/* Keeps SIGPIPE from the calling thread until broken_pipe_allow, which gets what this filled. */
void broken_pipe_ignore(sigset_t *before);
void broken_pipe_allow(const sigset_t *before);

#endif

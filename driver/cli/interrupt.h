/*
 * Ctrl-C and the other signals that ask a program to end.
 */
#ifndef DRIVER_CLI_INTERRUPT_H
#define DRIVER_CLI_INTERRUPT_H

#include <stdatomic.h>

/* Begins to catch SIGINT, SIGTERM and SIGHUP, and ignores SIGPIPE. The first sets what is returned; the second ends the
 * program at once. */
const atomic_bool *interrupt_catch(void);

#endif

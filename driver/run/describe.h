/*
 * What a run store wants to know of a variant and of this machine.
 */
#ifndef DRIVER_RUN_DESCRIBE_H
#define DRIVER_RUN_DESCRIBE_H

#include "driver/lesson/lesson.h"

/* The loads as JSON: [{"name", "type", "url", "executor", "model", "start_rate", "stages": [{"duration_s", "target"}]}].
 * Freed by the caller. */
char *describe_loads(const struct lesson *lesson);

/* "2 cores, 24 GiB, Linux 6.18 x86_64". Freed by the caller. */
char *describe_machine(void);

#endif

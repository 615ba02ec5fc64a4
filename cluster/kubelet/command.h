/*
 * A command that runs beside a container's own process: what exec probes and hooks do. Its output is kept up to a limit,
 * it ends at its deadline, and it carries the container's mark, so that what it leaves behind ends with the container.
 */
#ifndef CLUSTER_KUBELET_COMMAND_H
#define CLUSTER_KUBELET_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/kubelet/event_loop.h"
#include "cluster/kubelet/process.h"
#include "cluster/kubelet/process_group.h"

/* Of the output no more is told. */
#define COMMAND_LONGEST_OUTPUT (10 * 1024)

struct command;

/* Told once, from event_loop_run or command_step; the command is gone by then. output: what it wrote, in plain characters;
 * for one that was ended at its deadline, that. */
typedef void command_done(void *context, bool success, const char *output);

/* start: program, arguments, environment, working folder and open files; its output is the command's own. timeout:
 * nanoseconds. NULL when it cannot be started. */
struct command *command_start(struct event_loop *loop, struct process_family *family, const struct process_start *start,
                              int64_t timeout, command_done *done, void *context, struct error *error);

/* Kills it; `done` is not called. */
void command_cancel(struct command *command);

/* Its deadline; and ends it when that is over. */
int64_t command_next(const struct command *command);
void command_step(struct command *command, int64_t now);

#endif

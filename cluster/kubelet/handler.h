/*
 * What a probe asks or a hook does: exec, httpGet, tcpSocket or sleep, each with a deadline.
 */
#ifndef CLUSTER_KUBELET_HANDLER_H
#define CLUSTER_KUBELET_HANDLER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

struct container;
struct handler;

/* Told once; the handler is gone by then. message: what failed, or what a command wrote. */
typedef void handler_done(void *context, bool success, const char *message);

/* specification: the object that has one of the members above. The container runs. NULL when it cannot be started. */
struct handler *handler_start(struct container *container, const cJSON *specification, int64_t timeout, handler_done *done,
                              void *context, struct error *error);

/* `done` is not called. NULL is harmless; *handler is NULL afterwards. */
void handler_cancel(struct handler **handler);

/* When handler_step has something to do; MOMENT_NEVER for NULL. */
int64_t handler_next(const struct handler *handler);
void handler_step(struct handler *handler, int64_t now); /* NULL is harmless */

#endif

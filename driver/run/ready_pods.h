/*
 * The pods that loads on a resource are spread over: follows what the observer sees, and hands each such load the pods
 * with its labels that take work, whenever they change.
 */
#ifndef DRIVER_RUN_READY_PODS_H
#define DRIVER_RUN_READY_PODS_H

#include "driver/load/resource_load.h"
#include "driver/observe/change.h"

struct ready_pods;

struct ready_pods *ready_pods_create(void);
void ready_pods_destroy(struct ready_pods *pods); /* NULL is allowed */

/* Takes a change of the observer; safe from any thread. */
void ready_pods_see(struct ready_pods *pods, const struct change *change);

/* From now on the load is told of the pods with its spec's labels; to be ended with ready_pods_leave before the load is
 * destroyed. */
void ready_pods_join(struct ready_pods *pods, const struct load_spec *spec, struct resource_load *load);
void ready_pods_leave(struct ready_pods *pods, const struct resource_load *load);

#endif

/*
 * Pods that wait to be placed: those with the higher priority first, else in the order in which they came. Not
 * thread-safe.
 */
#ifndef CLUSTER_CONTROLLERS_SCHEDULER_QUEUE_H
#define CLUSTER_CONTROLLERS_SCHEDULER_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scheduling_queue;

struct scheduling_queue *scheduling_queue_create(void);
void scheduling_queue_destroy(struct scheduling_queue *queue);

/* A key that waits already keeps its turn. */
void scheduling_queue_add(struct scheduling_queue *queue, const char *key, int64_t priority);

/* The next key, which the caller frees; NULL when nothing waits. */
char *scheduling_queue_take(struct scheduling_queue *queue);

bool scheduling_queue_is_empty(const struct scheduling_queue *queue);

#endif

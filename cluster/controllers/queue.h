/*
 * A controller's work queue: keys that wait to be looked at, each at most once, in the order of when they are due.
 * A key that failed comes back after a time that doubles with each failure (client-go's per-item exponential failure
 * rate limiter: 5 ms at first). Times are monotonic nanoseconds, passed in. Not thread-safe.
 */
#ifndef CLUSTER_CONTROLLERS_QUEUE_H
#define CLUSTER_CONTROLLERS_QUEUE_H

#include <stdint.h>

#define QUEUE_BACK_OFF_BASE (INT64_C(5) * 1000 * 1000)
#define QUEUE_BACK_OFF_MAXIMUM (INT64_C(30) * 1000 * 1000 * 1000)

struct queue;

struct queue *queue_create(void);
void queue_destroy(struct queue *queue); /* NULL is allowed */

/* Queues a key for the time due. A key that is queued already keeps the earlier of the two times. */
void queue_add(struct queue *queue, const char *key, int64_t due);

/* Queues a key that failed, and remembers that it did. */
void queue_add_failed(struct queue *queue, const char *key, int64_t now);

/* Forgets the failures of a key. */
void queue_forget(struct queue *queue, const char *key);

/* Takes the key that has been due for longest; the caller frees it. NULL when none is due. */
char *queue_take(struct queue *queue, int64_t now);

/* When the next key is due; INT64_MAX when the queue is empty. */
int64_t queue_next_due(const struct queue *queue);

#endif

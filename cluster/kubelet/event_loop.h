/*
 * Descriptors that one thread waits for (epoll), with a deadline. No ticks: it sleeps until something happens.
 */
#ifndef CLUSTER_KUBELET_EVENT_LOOP_H
#define CLUSTER_KUBELET_EVENT_LOOP_H

#include <stdint.h>

#include "common/error.h"

struct event_loop;

/* Embedded in what waits; events are those of epoll. */
struct watcher {
    void (*ready)(struct watcher *watcher, uint32_t events);
};

struct event_loop *event_loop_create(struct error *error);
void event_loop_destroy(struct event_loop *loop);

/* The watcher must live until it is removed and event_loop_run has returned (or is freed by event_loop_discard). A
 * closed descriptor removes itself, but may be told of once more in the same event_loop_run. 0 or -1 (logged). */
int event_loop_add(struct event_loop *loop, int descriptor, uint32_t events, struct watcher *watcher);
int event_loop_change(struct event_loop *loop, int descriptor, uint32_t events, struct watcher *watcher);
void event_loop_remove(struct event_loop *loop, int descriptor);

/* Frees memory when no event of the running event_loop_run can refer to it any more. */
void event_loop_discard(struct event_loop *loop, void *memory_take);

/* Waits until something is ready or the monotonic deadline is there (INT64_MAX: none). */
void event_loop_wait(struct event_loop *loop, int64_t deadline);

/* Calls the watchers of what event_loop_wait has found. */
void event_loop_run(struct event_loop *loop);

#endif

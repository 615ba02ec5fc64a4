/*
 * Why no node was found, in kube-scheduler's words: "0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu."
 */
#ifndef CLUSTER_CONTROLLERS_SCHEDULER_MESSAGE_H
#define CLUSTER_CONTROLLERS_SCHEDULER_MESSAGE_H

#include "cluster/controllers/scheduler_filters.h"
#include "common/buffer.h"

struct reason_count {
    char *text; /* owned */
    size_t count;
};

/* A zeroed struct has no reasons. */
struct reasons {
    struct reason_count *counts;
    size_t count;
};

void reasons_add(struct reasons *reasons, const char *text);
void reasons_add_all(struct reasons *reasons, const struct rejection *rejection);
void reasons_release(struct reasons *reasons);
#define AUTO_REASONS __attribute__((cleanup(reasons_release)))

/* Appends the sentence; nodes: how many there are. */
void reasons_describe(const struct reasons *reasons, size_t nodes, struct buffer *message);

#endif

/*
 * The scheduler: gives each pod a node, or says why there is none, and makes room for pods of higher priority, as
 * kube-scheduler does with its default plugins. Its parts: scheduler_queue.h (whose turn it is), scheduler_snapshot.h
 * (what is on the nodes), scheduler_filters.h (what speaks against a node), scheduler_scores.h (which is best),
 * scheduler_preemption.h, scheduler_message.h.
 *
 * The one key of its work queue means "the next pod"; a pod that does not fit is tried again when something changes that
 * could help it.
 */
#ifndef CLUSTER_CONTROLLERS_SCHEDULER_H
#define CLUSTER_CONTROLLERS_SCHEDULER_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions scheduler_functions;

#endif

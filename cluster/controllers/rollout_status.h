/*
 * status of a Deployment: counts, and the conditions Available, Progressing and ReplicaFailure with the reasons and
 * messages of Kubernetes's deployment controller.
 */
#ifndef CLUSTER_CONTROLLERS_ROLLOUT_STATUS_H
#define CLUSTER_CONTROLLERS_ROLLOUT_STATUS_H

#include "cluster/controllers/rollout.h"

/* Counts, Available, and how the rollout gets on; queues the Deployment again for its progress deadline. */
int rollout_write_status(const struct rollout *rollout, struct status *status);

/* Counts and Available alone: for a Deployment that is paused, resized or being deleted. */
int rollout_write_counts(const struct rollout *rollout, struct status *status);

/* Progressing: a ReplicaSet was made. */
int rollout_write_created(const struct rollout *rollout, const char *set_name, struct status *status);

/* Progressing: paused or resumed, when that is news (*wrote). */
int rollout_write_paused(const struct rollout *rollout, bool *wrote, struct status *status);

/* Every pod is of the newest set, and available. */
bool rollout_is_complete(const struct rollout *rollout);

#endif

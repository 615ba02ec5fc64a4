/*
 * The steps of a rollout that change the sizes of ReplicaSets. Each sets *scaled when a size changed and returns -1 with
 * a Status when a write failed.
 */
#ifndef CLUSTER_CONTROLLERS_ROLLOUT_SCALING_H
#define CLUSTER_CONTROLLERS_ROLLOUT_SCALING_H

#include "cluster/controllers/rollout.h"

/* The Deployment's size was changed since the sets were annotated with it. */
bool rollout_was_resized(const struct rollout *rollout);

/* Follows a changed size outside of a rollout's steps: the only active set takes it; several share it in proportion. */
int rollout_resize(const struct rollout *rollout, bool *scaled, struct status *status);

/* Rolling update, first half: the newest set grows as far as maxSurge allows. */
int rollout_grow_newest(const struct rollout *rollout, bool *scaled, struct status *status);

/* Rolling update, second half: old sets shrink as far as maxUnavailable allows, unhealthy pods first. */
int rollout_shrink_old(const struct rollout *rollout, bool *scaled, struct status *status);

/* Recreate: all old sets go to zero. */
int rollout_end_old(const struct rollout *rollout, bool *scaled, struct status *status);

#endif

/*
 * What makes one answer of metrics.k8s.io different from the last: the pods, their times and their usages.
 */
#ifndef DRIVER_OBSERVE_SAMPLES_H
#define DRIVER_OBSERVE_SAMPLES_H

#include "common/json.h"

/* A text that is the same for two PodMetricsLists that hold the same samples, in whatever order. Left out are fields
 * that change with every question (creationTimestamp). The caller frees. */
char *samples_digest(const cJSON *list) __attribute__((returns_nonnull, warn_unused_result));

#endif

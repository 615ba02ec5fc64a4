/*
 * What hpa/ decided, as the status of the HorizontalPodAutoscaler object.
 */
#ifndef CLUSTER_CONTROLLERS_HORIZONTAL_STATUS_H
#define CLUSTER_CONTROLLERS_HORIZONTAL_STATUS_H

#include "common/json.h"
#include "hpa/hpa.h"

/* The caller owns the tree. tree: the object, whose spec the metrics' names come from. */
cJSON *horizontal_status_make(const struct hpa_autoscaler *autoscaler, const cJSON *tree);

#endif

/*
 * What Kubernetes objects say of the pods that they make.
 */
#ifndef DRIVER_PREFLIGHT_WORKLOAD_H
#define DRIVER_PREFLIGHT_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

const char *workload_kind(const cJSON *object); /* "" when it says none */
const char *workload_name(const cJSON *object);

/* The pod template of a Deployment, StatefulSet, ReplicaSet, DaemonSet, Job or CronJob, or the Pod itself; NULL = makes none. */
const cJSON *workload_template(const cJSON *object);

/* Pods that it asks for by itself. */
int64_t workload_replicas(const cJSON *object);

/* CPU that one of the template's pods asks for, in thousandths of a core. */
int64_t pod_cpu_request(const cJSON *pod);

/* Whether an HPA scales the object. */
bool hpa_targets(const cJSON *hpa, const cJSON *object);

/* Whether a label selector (matchLabels and matchExpressions) selects the labels; an empty one selects everything. */
bool label_selector_matches(const cJSON *selector, const cJSON *labels);

#endif

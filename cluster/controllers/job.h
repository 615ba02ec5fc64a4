/*
 * Jobs: pods until enough of them succeeded or too many failed, as Kubernetes's job controller runs them. Keys: jobs; and
 * "!namespace/name" for pods that still wait to be counted by a job that is gone or over.
 */
#ifndef CLUSTER_CONTROLLERS_JOB_H
#define CLUSTER_CONTROLLERS_JOB_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions job_functions;

#endif

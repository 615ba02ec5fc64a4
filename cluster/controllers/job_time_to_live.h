/*
 * Deletes Jobs that have been over for spec.ttlSecondsAfterFinished. Keys: jobs.
 */
#ifndef CLUSTER_CONTROLLERS_JOB_TIME_TO_LIVE_H
#define CLUSTER_CONTROLLERS_JOB_TIME_TO_LIVE_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions job_time_to_live_functions;

#endif

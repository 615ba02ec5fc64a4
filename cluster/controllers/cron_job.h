/*
 * CronJobs: a Job at each time of a schedule, as Kubernetes's cronjob controller makes them. Keys: cronjobs.
 */
#ifndef CLUSTER_CONTROLLERS_CRON_JOB_H
#define CLUSTER_CONTROLLERS_CRON_JOB_H

#include "cluster/controllers/runtime.h"

extern const struct controller_functions cron_job_functions;

#endif

/*
 * The jobs that a CronJob has made: which still run (status.active), which succeeded last, and how many of the finished ones
 * stay.
 */
#ifndef CLUSTER_CONTROLLERS_CRON_JOB_HISTORY_H
#define CLUSTER_CONTROLLERS_CRON_JOB_HISTORY_H

#include "cluster/controllers/runtime.h"

#define CRON_JOB_COMPONENT "cronjob-controller"

/* Brings active and lastSuccessfulTime of a copy of the CronJob's status up to date, and deletes finished jobs beyond the
 * limits of its history. -1 with a Status when a job could not be deleted. */
int cron_job_look_at_jobs(struct runtime *runtime, const struct object *cron_job, cJSON *cron_job_status, struct status *status);

/* Deletes every job of active, and empties it. */
int cron_job_delete_active(struct runtime *runtime, const struct object *cron_job, cJSON *cron_job_status, struct status *status);

/* Adds a job to active, unless it is there. */
void cron_job_add_active(cJSON *cron_job_status, const struct object *job);

#endif

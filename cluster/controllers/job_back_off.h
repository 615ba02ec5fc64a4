/*
 * How long a Job waits before it replaces failed pods: a base time that doubles with each pod that failed since one
 * succeeded.
 */
#ifndef CLUSTER_CONTROLLERS_JOB_BACK_OFF_H
#define CLUSTER_CONTROLLERS_JOB_BACK_OFF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

struct job_back_off {
    int64_t failures; /* since a pod succeeded */
    int64_t last;     /* when the last of them ended, nanoseconds of wall time */
};

/* When a pod ended, as far as it tells; else wall. */
int64_t job_pod_finish_time(const cJSON *pod, int64_t wall);

/* Takes in one pod that ended. */
void job_back_off_count(struct job_back_off *back_off, bool succeeded, int64_t finished);

/* Nanoseconds from wall on; 0 when there is nothing to wait for. base and maximum are nanoseconds. */
int64_t job_back_off_remaining(int64_t failures, int64_t last, int64_t base, int64_t maximum, int64_t wall);

#endif

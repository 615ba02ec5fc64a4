/*
 * How a Job stands, told by its conditions: SuccessCriteriaMet and FailureTarget while its last pods end, then Complete or
 * Failed for good.
 */
#ifndef CLUSTER_CONTROLLERS_JOB_CONDITIONS_H
#define CLUSTER_CONTROLLERS_JOB_CONDITIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

/* A condition of this type with status True. */
bool job_has(const cJSON *status, const char *type);

/* "Complete" or "Failed"; NULL while it is neither. */
const char *job_outcome(const cJSON *job);

/* When it became so, nanoseconds of wall time; 0 while it is not. */
int64_t job_finish_time(const cJSON *job);

/* A new condition with both of its times now; the caller owns it. */
cJSON *job_condition_make(const char *type, const char *status, const char *reason, const char *message, int64_t wall);

/* Sets a condition in place of one of its type. One with status False is not added. true when that changed something. */
bool job_condition_put(cJSON *status, cJSON *condition_take);

#endif

/*
 * What a Job's podFailurePolicy says of a failed pod, and whether its successPolicy is met.
 */
#ifndef CLUSTER_CONTROLLERS_JOB_POLICY_H
#define CLUSTER_CONTROLLERS_JOB_POLICY_H

#include "cluster/api/index_set.h"
#include "common/json.h"

/* JOB_POD_COUNTED also when no rule matches. */
enum job_pod_verdict { JOB_POD_COUNTED, JOB_POD_IGNORED, JOB_POD_FAILS_INDEX, JOB_POD_FAILS_JOB };

/* The first rule that matches the pod; policy may be NULL. message: NULL, or filled with the words of the condition when the
 * pod fails the job; the caller frees it. */
enum job_pod_verdict job_judge_failed_pod(const cJSON *policy, const cJSON *pod, char **message);

/* The number of the first rule that the succeeded indexes meet; -1 when there is none. policy may be NULL. */
int job_met_success_rule(const cJSON *policy, const struct index_set *succeeded, int32_t completions);

#endif

/*
 * Entries of status.conditions: one a type, with status "True", "False" or "Unknown".
 */
#ifndef CLUSTER_CONTROLLERS_CONDITIONS_H
#define CLUSTER_CONTROLLERS_CONDITIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

/* The condition of a type in a status; NULL when there is none. */
cJSON *condition_find(const cJSON *status, const char *type);
bool condition_is(const cJSON *condition, const char *status);
bool condition_has_reason(const cJSON *condition, const char *reason);

/* The time at a key such as "lastTransitionTime", nanoseconds of wall time; 0 when there is none. */
int64_t condition_time(const cJSON *condition, const char *key);

void condition_remove(cJSON *status, const char *type);

/* A new condition with both times set to now; the caller owns it. has_update_time: it has a lastUpdateTime, as those of
 * Deployments do. */
cJSON *condition_make(const char *type, const char *status, const char *reason, const char *message, bool has_update_time,
                      int64_t wall);

/* Puts a condition at the end in place of one of its type, unless that has the same status and reason already. With
 * the same status, the transition time stays. (As the Deployment and ReplicaSet controllers do.) */
void condition_put(cJSON *status, cJSON *condition_take);

#endif

/*
 * What a PodDisruptionBudget allows now: counted from the pods that are there, as kube-controller-manager's disruption
 * controller counts them. The controller writes it into the status; evictions go by the present count.
 */
#ifndef CLUSTER_API_DISRUPTION_BUDGET_H
#define CLUSTER_API_DISRUPTION_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/api/status.h"
#include "cluster/api/store.h"

struct disruption_count {
    int64_t expected;
    int64_t healthy;
    int64_t desired;
    int64_t allowed;
    char *failure; /* owned; NULL = it could be counted. Else nothing is allowed */
};

void disruption_count_release(struct disruption_count *count);
#define AUTO_DISRUPTION_COUNT CLEANUP(disruption_count_release)

void disruption_budget_count(struct store *store, const struct object *budget, struct disruption_count *count);

/* Whether a pod may be evicted now: 0, or -1 with kube-apiserver's Status (429: a budget does not allow it). */
int disruption_budget_check(struct store *store, const struct object *pod, struct status *status);

#endif

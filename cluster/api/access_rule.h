/*
 * One PolicyRule of a Role or ClusterRole against one wish: the rules of k8s.io/api/rbac/v1.
 */
#ifndef CLUSTER_API_ACCESS_RULE_H
#define CLUSTER_API_ACCESS_RULE_H

#include <stdbool.h>

#include "cluster/api/access.h"

bool access_rule_allows(const cJSON *rule, const struct access *access);

#endif
